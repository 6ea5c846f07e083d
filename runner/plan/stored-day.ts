import { lastDayOf } from '../calendar/period.ts';
import { parseTimeValue } from '../calendar/value.ts';
import type { Grain } from '../model/time.ts';

const GRAINS: readonly Grain[] = [
  { type: 'minute', step: 5 },
  { type: 'hour' },
  { type: 'date' },
  { type: 'week' },
  { type: 'month' },
  { type: 'quarter' },
  { type: 'year' },
];

/**
 * The last day that the value of a stored key stands for, where no file says any more of what type it is: each type
 * writes its values in its own way. Undefined: it is no time.
 */
export function storedLastDay(value: string): string | undefined {
  const grain = GRAINS.find((one) => {
    const parsed = parseTimeValue(one, value);
    return parsed.ok && parsed.value === value;
  });
  return grain === undefined ? undefined : lastDayOf({ name: 'stored', timezone: 'UTC', ...grain }, value);
}

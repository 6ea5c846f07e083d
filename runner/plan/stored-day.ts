import { lastDayOf } from '../calendar/period.ts';
import { parseTimeValue } from '../calendar/value.ts';
import type { TimeType } from '../model/time.ts';

const TYPES: readonly TimeType[] = ['hour', 'date', 'month', 'year'];

/**
 * The last day that the value of a stored key stands for, where no file says any more of what type it is: each type
 * writes its values in its own way. Undefined: it is no time.
 */
export function storedLastDay(value: string): string | undefined {
  const type = TYPES.find((one) => {
    const parsed = parseTimeValue(one, value);
    return parsed.ok && parsed.value === value;
  });
  return type === undefined ? undefined : lastDayOf({ name: 'stored', type, timezone: 'UTC' }, value);
}

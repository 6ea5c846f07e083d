import type { Grain } from '../model/time.ts';
import { parseCivil } from './civil-value.ts';
import { pad } from './days.ts';
import { parseQuarter } from './quarter-value.ts';
import type { TimeValue } from './time-value.ts';
import { parseWeek } from './week-value.ts';

/**
 * Reads the canonical text of a time key's value: `2021-01-29T13:15`, `2021-01-29T13`, `2021-01-29`, `2021-W04`,
 * `2021-01`, `2021-Q1`, `2021`. Says nothing of calendars: `2021-01-18` is a date though the exchange is closed.
 */
export function parseTimeValue(grain: Grain, text: string): TimeValue {
  const read = parseType(grain, text);
  if (!read.ok || grain.type !== 'minute') return read;
  return offStep(read.value, grain.step ?? 60) ?? read;
}

function parseType({ type }: Grain, text: string): TimeValue {
  switch (type) {
    case 'week':
      return parseWeek(text);
    case 'quarter':
      return parseQuarter(text);
    default:
      return parseCivil(type, text);
  }
}

function offStep(value: string, step: number): TimeValue | undefined {
  const minute = Number(value.slice(14, 16));
  if (minute % step === 0) return undefined;
  const all = Array.from({ length: 60 / step }, (_, at) => pad(at * step, 2));
  return {
    ok: false,
    reason: `expected a minute of each hour’s ${all.join(', ')}, found ${value.slice(14, 16)}`,
    suggestion: `${value.slice(0, 14)}${pad(minute - (minute % step), 2)}`,
  };
}

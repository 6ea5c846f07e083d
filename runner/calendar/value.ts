import type { TimeType } from '../model/time.ts';
import { dayNumber, daysInMonth, pad, textOfDay } from './days.ts';

export type TimeValue =
  | { readonly ok: true; readonly value: string }
  /** `reason` is what is expected and found; `suggestion` is a value that would be taken. */
  | { readonly ok: false; readonly reason: string; readonly suggestion?: string };

const SHAPES: Readonly<Record<TimeType, { readonly pattern: RegExp; readonly words: string }>> = {
  hour: { pattern: /^(\d{4})-(\d\d)-(\d\d)T(\d\d)$/, words: 'an hour in UTC as YYYY-MM-DDTHH' },
  date: { pattern: /^(\d{4})-(\d\d)-(\d\d)$/, words: 'a date as YYYY-MM-DD' },
  month: { pattern: /^(\d{4})-(\d\d)$/, words: 'a month as YYYY-MM' },
  year: { pattern: /^(\d{4})$/, words: 'a year as YYYY' },
};

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/**
 * Reads the canonical text of a time key's value: `2021-01-29T13`, `2021-01-29`, `2021-01`, `2021`.
 * Says nothing of calendars: `2021-01-18` is a date though the exchange is closed.
 */
export function parseTimeValue(type: TimeType, text: string): TimeValue {
  const shape = SHAPES[type];
  const match = shape.pattern.exec(text);
  if (match === null) {
    const suggestion = respelled(type, text);
    return {
      ok: false,
      reason: `expected ${shape.words}, found "${text}"`,
      ...(suggestion && { suggestion }),
    };
  }
  const [, year = '', month = '01', day = '01', hour = '00'] = match;
  return wrongPart(type, Number(year), Number(month), Number(day), Number(hour)) ?? { ok: true, value: text };
}

function wrongPart(
  type: TimeType,
  year: number,
  month: number,
  day: number,
  hour: number,
): TimeValue | undefined {
  if (year < 1) return { ok: false, reason: 'expected a year from 0001 to 9999, found 0000' };
  if (month < 1 || month > 12) {
    const near = Math.min(Math.max(month, 1), 12);
    const days = daysInMonth(year, near);
    return {
      ok: false,
      reason: `expected a month from 01 to 12, found ${pad(month, 2)}`,
      suggestion: format(type, year, near, Math.min(Math.max(day, 1), days), Math.min(hour, 23)),
    };
  }
  const days = daysInMonth(year, month);
  if (day < 1 || day > days) {
    return {
      ok: false,
      reason: `${MONTHS[month - 1] ?? ''} ${pad(year, 4)} has ${days} days, found day ${pad(day, 2)}`,
      suggestion: format(type, year, month, day < 1 ? 1 : days, Math.min(hour, 23)),
    };
  }
  if (hour > 23) {
    return {
      ok: false,
      reason: `expected an hour from 00 to 23, found ${pad(hour, 2)}`,
      suggestion: format(type, year, month, day, 23),
    };
  }
  return undefined;
}

/** The same moment in the canonical spelling, where the text leaves no doubt. */
function respelled(type: TimeType, text: string): string | undefined {
  const parts =
    /^(\d{4})(?:[-/.]?(\d{1,2})(?:[-/.]?(\d{1,2})(?:[T ](\d{1,2})(?::?00)*Z?)?)?)?$/.exec(text.trim()) ??
    undefined;
  if (parts === undefined) return undefined;
  const [, year = '', month = '1', day = '1', hour = '0'] = parts;
  const value = format(type, Number(year), Number(month), Number(day), Number(hour));
  const shape = SHAPES[type];
  if (!shape.pattern.test(value)) return undefined;
  const wrong = wrongPart(type, Number(year), Number(month), Number(day), Number(hour));
  return wrong === undefined ? value : wrong.ok ? undefined : wrong.suggestion;
}

function format(type: TimeType, year: number, month: number, day: number, hour: number): string {
  const date = () => textOfDay(dayNumber(year, month, day));
  switch (type) {
    case 'hour':
      return `${date()}T${pad(hour, 2)}`;
    case 'date':
      return date();
    case 'month':
      return `${pad(year, 4)}-${pad(month, 2)}`;
    case 'year':
      return pad(year, 4);
  }
}

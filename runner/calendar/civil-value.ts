import type { TimeType } from '../model/time.ts';
import { dayNumber, daysInMonth, pad, textOfDay } from './days.ts';
import type { TimeValue } from './time-value.ts';

/** Types whose values are a date's text, or the front of one. */
export type CivilType = Exclude<TimeType, 'week' | 'quarter'>;

/** As in a text; what is not in it is the first. */
export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const SHAPES: Readonly<Record<CivilType, { readonly pattern: RegExp; readonly words: string }>> = {
  minute: {
    pattern: /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/,
    words: 'a minute in UTC as YYYY-MM-DDTHH:MM',
  },
  hour: { pattern: /^(\d{4})-(\d\d)-(\d\d)T(\d\d)$/, words: 'an hour in UTC as YYYY-MM-DDTHH' },
  date: { pattern: /^(\d{4})-(\d\d)-(\d\d)$/, words: 'a date as YYYY-MM-DD' },
  month: { pattern: /^(\d{4})-(\d\d)$/, words: 'a month as YYYY-MM' },
  year: { pattern: /^(\d{4})$/, words: 'a year as YYYY' },
};

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

export function parseCivil(type: CivilType, text: string): TimeValue {
  const shape = SHAPES[type];
  const match = shape.pattern.exec(text);
  if (match === null) {
    const suggestion = respelled(type, text);
    return {
      ok: false,
      reason: `expected ${shape.words}, found "${text}"`,
      ...(suggestion !== undefined && { suggestion }),
    };
  }
  return wrongPart(type, civilOf(match)) ?? { ok: true, value: text };
}

/** The same moment in the canonical spelling, where the text leaves no doubt. */
function respelled(type: CivilType, text: string): string | undefined {
  const civil = looseCivil(text);
  if (civil === undefined) return undefined;
  const wrong = wrongPart(type, civil);
  return wrong === undefined ? civilText(type, civil) : wrong.ok ? undefined : wrong.suggestion;
}

/** What a text says of a time however it is spelt, whether or not there is such a day; undefined: nothing. */
export function looseCivil(text: string): (Civil & { readonly grain: CivilType }) | undefined {
  const match = LOOSE.exec(text.trim());
  if (match === null) return undefined;
  const [, , month, day, hour, minute] = match;
  const grain =
    month === undefined
      ? 'year'
      : day === undefined
        ? 'month'
        : hour === undefined
          ? 'date'
          : minute === undefined
            ? 'hour'
            : 'minute';
  return { ...civilOf(match), grain };
}

const LOOSE = /^(\d{4})(?:[-/.]?(\d{1,2})(?:[-/.]?(\d{1,2})(?:[T ](\d{1,2})(?::?(\d\d)(?::?\d\d)?)?Z?)?)?)?$/;

function civilOf([, year = '', month = '1', day = '1', hour = '0', minute = '0']: RegExpExecArray): Civil {
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
  };
}

/** What of a time there is not; the suggestion is the nearest that there is. */
export function wrongPart(type: CivilType, civil: Civil): TimeValue | undefined {
  const { year, month, day, hour, minute } = civil;
  if (year < 1) return { ok: false, reason: 'expected a year from 0001 to 9999, found 0000' };
  const near = nearest(civil);
  const refuse = (reason: string): TimeValue => ({ ok: false, reason, suggestion: civilText(type, near) });
  if (month !== near.month) return refuse(`expected a month from 01 to 12, found ${pad(month, 2)}`);
  if (day !== near.day) {
    const days = daysInMonth(year, month);
    return refuse(`${MONTHS[month - 1] ?? ''} ${pad(year, 4)} has ${days} days, found day ${pad(day, 2)}`);
  }
  if (hour !== near.hour) return refuse(`expected an hour from 00 to 23, found ${pad(hour, 2)}`);
  if (minute !== near.minute) return refuse(`expected a minute from 00 to 59, found ${pad(minute, 2)}`);
  return undefined;
}

/** The nearest that there is. */
function nearest({ year, month, day, hour, minute }: Civil): Civil {
  const clipped = clip(month, 1, 12);
  return {
    year,
    month: clipped,
    day: clip(day, 1, daysInMonth(year, clipped)),
    hour: clip(hour, 0, 23),
    minute: clip(minute, 0, 59),
  };
}

function clip(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function civilText(type: CivilType, { year, month, day, hour, minute }: Civil): string {
  switch (type) {
    case 'minute':
      return `${textOfDay(dayNumber(year, month, day))}T${pad(hour, 2)}:${pad(minute, 2)}`;
    case 'hour':
      return `${textOfDay(dayNumber(year, month, day))}T${pad(hour, 2)}`;
    case 'date':
      return textOfDay(dayNumber(year, month, day));
    case 'month':
      return `${pad(year, 4)}-${pad(month, 2)}`;
    case 'year':
      return pad(year, 4);
  }
}

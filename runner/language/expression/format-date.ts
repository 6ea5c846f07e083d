import { dayOfYear, isoWeekOf, pad, quarterOf, requirePart, weekdayOf } from './time.ts';
import type { Time } from './time.ts';
import { own } from '../../model/own.ts';

/**
 * Writes a time by a pattern of Unicode's letters (yyyy MM dd HH); a text in single quotes is taken as it is, `''`
 * is a quote. Throws in words for a letter that is not known or that the time has no value for.
 */
export function formatTime(time: Time, pattern: string): string {
  const parts = splitPattern(pattern);
  checkYears(time, parts);
  return parts.map((part) => (part.kind === 'text' ? part.text : letters(time, part.letters))).join('');
}

/** At a year's ends the year of a week is not the calendar's: mixed up, the pattern is right on most days. */
function checkYears(time: Time, parts: readonly PatternPart[]): void {
  const groups = new Set(parts.flatMap((part) => (part.kind === 'letters' ? [part.letters] : [])));
  const hasWeek = groups.has('ww') || groups.has('w');
  if (hasWeek && (groups.has('yyyy') || groups.has('yy'))) {
    throw new Error(
      '`yyyy` in a pattern is the calendar year: beside `ww` write `YYYY`, the year of the week',
    );
  }
  if (!hasWeek && groups.has('YYYY') && time.grain !== 'week') {
    throw new Error('`YYYY` in a pattern is the year of the week: write `yyyy` for the calendar year');
  }
}

export type PatternPart =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'letters'; readonly letters: string };

/** Texts, and groups of one letter. Throws in words for a quote that is not closed. */
export function splitPattern(pattern: string): readonly PatternPart[] {
  return [...pattern.matchAll(PART)].map(([part]): PatternPart => {
    if (part === "''") return { kind: 'text', text: "'" };
    if (part.startsWith("'")) return { kind: 'text', text: literal(part) };
    return /^[A-Za-z]/.test(part) ? { kind: 'letters', letters: part } : { kind: 'text', text: part };
  });
}

const PART = /''|'(?:[^']|'')*'?|([A-Za-z])\1*|[^A-Za-z']+/g;

function literal(part: string): string {
  if (part.length < 2 || !part.endsWith("'"))
    throw new Error(`in the pattern, the quote before ${part.slice(1)} is not closed`);
  return part.slice(1, -1).replaceAll("''", "'");
}

function letters(time: Time, part: string): string {
  const write = own(LETTERS, part);
  if (write !== undefined) return write(time);
  const meant = own(MEANT, part);
  if (meant !== undefined) throw new Error(`\`${part}\` in a pattern ${meant}`);
  throw new Error(
    `\`${part}\` means nothing in a pattern; a text stands in quotes. Known: ${Object.keys(LETTERS).join(' ')}`,
  );
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');

function year(time: Time): number {
  requirePart(time, 'year', 'calendar year (y)', ': write `YYYY` for the year of the week');
  return time.year;
}

/** A week lies in two months, quarters or years. */
function ofAWeek({ grain }: Time): string {
  return grain === 'week' ? ': take startOfWeek(…) or endOfWeek(…) of it' : '';
}

function quarter(time: Time): number {
  requirePart(time, 'quarter', 'quarter (Q)', ofAWeek(time));
  return quarterOf(time);
}

function week(time: Time): number {
  requirePart(time, 'week', 'week (w)');
  return isoWeekOf(time).week;
}

function weekYear(time: Time): number {
  requirePart(time, 'week', 'year of the week (Y)');
  return isoWeekOf(time).year;
}

function minute(time: Time): number {
  requirePart(time, 'minute', 'minute (m)', '; `MM` is the month');
  return time.minute;
}

function month(time: Time): number {
  requirePart(time, 'month', 'month (M)', ofAWeek(time));
  return time.month;
}

function day(time: Time): number {
  requirePart(time, 'date', 'day (d)', ofAWeek(time));
  return time.day;
}

function hour(time: Time): number {
  requirePart(time, 'hour', 'hour (H)');
  return time.hour;
}

function weekday(time: Time): string {
  requirePart(time, 'date', 'weekday (E)', ofAWeek(time));
  return DAYS[weekdayOf(time) - 1] ?? '';
}

export const LETTERS: Readonly<Record<string, (time: Time) => string>> = {
  yyyy: (time) => pad(year(time), 4),
  yy: (time) => pad(year(time) % 100, 2),
  YYYY: (time) => pad(weekYear(time), 4),
  ww: (time) => pad(week(time), 2),
  w: (time) => String(week(time)),
  Q: (time) => String(quarter(time)),
  MMMM: (time) => MONTHS[month(time) - 1] ?? '',
  MMM: (time) => (MONTHS[month(time) - 1] ?? '').slice(0, 3),
  MM: (time) => pad(month(time), 2),
  M: (time) => String(month(time)),
  dd: (time) => pad(day(time), 2),
  d: (time) => String(day(time)),
  DDD: (time) => pad((day(time), dayOfYear(time)), 3),
  EEEE: weekday,
  EEE: (time) => weekday(time).slice(0, 3),
  HH: (time) => pad(hour(time), 2),
  H: (time) => String(hour(time)),
  mm: (time) => pad(minute(time), 2),
  m: (time) => String(minute(time)),
};

/** Letters of other conventions, or of things that a partition has not. */
const MEANT: Readonly<Record<string, string>> = {
  YY: 'is the year of the week: write `yy` for the calendar year, `YYYY` for that of the week',
  DD: 'is the day of the year: write `dd` for the day of the month, `DDD` for the day of the year',
  D: 'is the day of the year: write `d` for the day of the month, `DDD` for the day of the year',
  ss: 'is seconds, which a partition has not',
  hh: 'is the hour of twelve: write `HH`',
  T: "is a letter: write it in quotes; inside an expression's text, quotes are doubled: 'yyyy-MM-dd''T''HH'",
};

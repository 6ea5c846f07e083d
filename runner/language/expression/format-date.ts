import { dayOfYear, pad, requireGrain, weekdayOf } from './time.ts';
import type { Time } from './time.ts';
import { own } from '../../model/own.ts';

/**
 * Writes a time by a pattern of Unicode's letters (yyyy MM dd HH); a text in single quotes is taken as it is, `''`
 * is a quote. Throws in words for a letter that is not known or that the time has no value for.
 */
export function formatTime(time: Time, pattern: string): string {
  return splitPattern(pattern)
    .map((part) => (part.kind === 'text' ? part.text : letters(time, part.letters)))
    .join('');
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

function month(time: Time): number {
  requireGrain(time, 'month', 'month (M)');
  return time.month;
}

function day(time: Time): number {
  requireGrain(time, 'date', 'day (d)');
  return time.day;
}

function hour(time: Time): number {
  requireGrain(time, 'hour', 'hour (H)');
  return time.hour;
}

function weekday(time: Time): string {
  requireGrain(time, 'date', 'weekday (E)');
  return DAYS[weekdayOf(time) - 1] ?? '';
}

export const LETTERS: Readonly<Record<string, (time: Time) => string>> = {
  yyyy: (time) => pad(time.year, 4),
  yy: (time) => pad(time.year % 100, 2),
  Q: (time) => String(Math.ceil(month(time) / 3)),
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
};

/** Letters of other conventions, or of things that a partition has not. */
const MEANT: Readonly<Record<string, string>> = {
  YYYY: 'is the year of the week: write `yyyy` for the calendar year',
  YY: 'is the year of the week: write `yy` for the calendar year',
  DD: 'is the day of the year: write `dd` for the day of the month, `DDD` for the day of the year',
  D: 'is the day of the year: write `d` for the day of the month, `DDD` for the day of the year',
  mm: 'is minutes, which a partition has not: write `MM` for the month',
  m: 'is minutes, which a partition has not: write `M` for the month',
  ss: 'is seconds, which a partition has not',
  hh: 'is the hour of twelve: write `HH`',
  T: "is a letter: write it in quotes; inside an expression's text, quotes are doubled: 'yyyy-MM-dd''T''HH'",
};

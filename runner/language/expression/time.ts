import { shown } from './function.ts';
import type { Plain } from './function.ts';

export type Grain = 'year' | 'month' | 'date' | 'hour';

/** A time value taken apart; months and days count from 1, parts finer than the grain are the first ones. */
export interface Time {
  readonly grain: Grain;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
}

const TEXT = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d))?)?)?$/;

/** Reads the canonical text of a year, month, date or hour; throws in words for anything else. */
export function readTime(value: Plain | undefined): Time {
  const text = typeof value === 'number' ? String(value) : value;
  const parts = typeof text === 'string' ? TEXT.exec(text) : null;
  if (parts === null) {
    throw new Error(
      `expected a time such as 2021-01-29, 2021-01, 2021 or 2021-01-29T13, found ${shown(value)}`,
    );
  }
  const [, year, month, day, hour] = parts;
  const grain =
    hour !== undefined ? 'hour' : day !== undefined ? 'date' : month !== undefined ? 'month' : 'year';
  const time = {
    grain,
    year: Number(year),
    month: Number(month ?? 1),
    day: Number(day ?? 1),
    hour: Number(hour ?? 0),
  } as const;
  const exists =
    time.month >= 1 &&
    time.month <= 12 &&
    time.day >= 1 &&
    time.day <= daysIn(time.year, time.month) &&
    time.hour < 24;
  if (!exists) throw new Error(`there is no ${grain} ${shown(value)}`);
  return time;
}

/** The canonical text, at the time's own grain. */
export function writeTime(time: Time): string {
  if (time.year < 1 || time.year > 9999) throw new Error(`the year ${String(time.year)} is out of range`);
  const month = `${pad(time.year, 4)}-${pad(time.month, 2)}`;
  switch (time.grain) {
    case 'year':
      return pad(time.year, 4);
    case 'month':
      return month;
    case 'date':
      return `${month}-${pad(time.day, 2)}`;
    case 'hour':
      return `${month}-${pad(time.day, 2)}T${pad(time.hour, 2)}`;
  }
}

/** Clips to the end of the month: 31 January and one month is 28 February. */
export function plusMonths(time: Time, months: number): Time {
  const count = time.year * 12 + time.month - 1 + months;
  const year = Math.floor(count / 12);
  const month = count - year * 12 + 1;
  return { ...time, year, month, day: Math.min(time.day, daysIn(year, month)) };
}

export function plusHours(time: Time, hours: number): Time {
  const moved = new Date(instantOf(time) + hours * 3_600_000);
  if (Number.isNaN(moved.getTime())) throw new Error('the time is out of range');
  return {
    grain: time.grain,
    year: moved.getUTCFullYear(),
    month: moved.getUTCMonth() + 1,
    day: moved.getUTCDate(),
    hour: moved.getUTCHours(),
  };
}

/** ISO: Monday is 1. */
export function weekdayOf(time: Time): number {
  return new Date(instantOf(time)).getUTCDay() || 7;
}

export function dayOfYear(time: Time): number {
  return (
    (instantOf({ ...time, hour: 0 }) - instantOf({ ...time, month: 1, day: 1, hour: 0 })) / 86_400_000 + 1
  );
}

export function daysIn(year: number, month: number): number {
  return new Date(instantOf({ grain: 'date', year, month: month + 1, day: 0, hour: 0 })).getUTCDate();
}

/** `Date.UTC` takes years below 100 for 19xx. */
function instantOf({ year, month, day, hour }: Time): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour);
  return date.getTime();
}

export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

const ORDER: readonly Grain[] = ['year', 'month', 'date', 'hour'];

/** Throws in words where a time is coarser than what is asked of it. */
export function requireGrain(time: Time, grain: Grain, asked: string): void {
  if (ORDER.indexOf(time.grain) >= ORDER.indexOf(grain)) return;
  throw new Error(`${writeTime(time)} is a ${time.grain}: it has no ${asked}`);
}

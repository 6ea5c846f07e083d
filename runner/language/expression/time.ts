import { dayNumber, civilDate } from '../../calendar/days.ts';
import { isoWeek, mondayOf, weekNumber, weekOfDay, weeksInYear } from '../../calendar/weeks.ts';
import type { IsoWeek } from '../../calendar/weeks.ts';
import type { TimeType } from '../../model/time.ts';
import { shown } from './function.ts';
import type { Plain } from './function.ts';

/** A time value taken apart; months and days count from 1, parts finer than the grain are the first ones. */
export interface Time {
  readonly grain: TimeType;
  readonly year: number;
  readonly month: number;
  /** Of a week, its Monday. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const TEXT = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d))?)?)?)?$/;
const WEEK = /^(\d{4})-W(\d\d)$/;
const QUARTER = /^(\d{4})-Q(\d)$/;

/** Reads the canonical text of a value of any time type; throws in words for anything else. */
export function readTime(value: Plain | undefined): Time {
  const text = typeof value === 'number' ? String(value) : value;
  const time =
    typeof text === 'string' ? (readCivil(text) ?? readWeek(text) ?? readQuarter(text)) : undefined;
  if (time === undefined) {
    throw new Error(
      `expected a time such as 2021-01-29, 2021-W04, 2021-01, 2021-Q1, 2021, 2021-01-29T13 or 2021-01-29T13:15, found ${shown(value)}`,
    );
  }
  if (time.exists) return time;
  throw new Error(`there is no ${time.grain} ${shown(value)}`);
}

type Read = Time & { readonly exists: boolean };

function readCivil(text: string): Read | undefined {
  const parts = TEXT.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute] = parts;
  const time = {
    grain: grainOf(parts),
    year: Number(year),
    month: Number(month ?? 1),
    day: Number(day ?? 1),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
  } as const;
  const exists =
    time.month >= 1 &&
    time.month <= 12 &&
    time.day >= 1 &&
    time.day <= daysIn(time.year, time.month) &&
    time.hour < 24 &&
    time.minute < 60;
  return { ...time, exists };
}

function grainOf([, , month, day, hour, minute]: readonly (string | undefined)[]): TimeType {
  if (minute !== undefined) return 'minute';
  if (hour !== undefined) return 'hour';
  if (day !== undefined) return 'date';
  return month === undefined ? 'year' : 'month';
}

function readWeek(text: string): Read | undefined {
  const parts = WEEK.exec(text);
  if (parts === null) return undefined;
  const [year, week] = [Number(parts[1]), Number(parts[2])];
  const exists = week >= 1 && week <= weeksInYear(year);
  return { ...MIDNIGHT, grain: 'week', ...civilDate(mondayOf(weekNumber({ year, week }))), exists };
}

function readQuarter(text: string): Read | undefined {
  const parts = QUARTER.exec(text);
  if (parts === null) return undefined;
  const [year, quarter] = [Number(parts[1]), Number(parts[2])];
  const exists = quarter >= 1 && quarter <= 4;
  return { ...MIDNIGHT, grain: 'quarter', year, month: quarter * 3 - 2, day: 1, exists };
}

const MIDNIGHT = { hour: 0, minute: 0 } as const;

/** The canonical text, at the time's own grain. */
export function writeTime(time: Time): string {
  if (time.year < 1 || time.year > 9999) throw new Error(`the year ${String(time.year)} is out of range`);
  const month = `${pad(time.year, 4)}-${pad(time.month, 2)}`;
  const date = `${month}-${pad(time.day, 2)}`;
  switch (time.grain) {
    case 'year':
      return pad(time.year, 4);
    case 'quarter':
      return `${pad(time.year, 4)}-Q${quarterOf(time)}`;
    case 'month':
      return month;
    case 'week': {
      const { year, week } = isoWeekOf(time);
      return `${pad(year, 4)}-W${pad(week, 2)}`;
    }
    case 'date':
      return date;
    case 'hour':
      return `${date}T${pad(time.hour, 2)}`;
    case 'minute':
      return `${date}T${pad(time.hour, 2)}:${pad(time.minute, 2)}`;
  }
}

/** Clips to the end of the month: 31 January and one month is 28 February. */
export function plusMonths(time: Time, months: number): Time {
  const count = time.year * 12 + time.month - 1 + months;
  const year = Math.floor(count / 12);
  const month = count - year * 12 + 1;
  return { ...time, year, month, day: Math.min(time.day, daysIn(year, month)) };
}

export function plusMinutes(time: Time, minutes: number): Time {
  const moved = new Date(instantOf(time) + minutes * 60_000);
  if (Number.isNaN(moved.getTime())) throw new Error('the time is out of range');
  return {
    grain: time.grain,
    year: moved.getUTCFullYear(),
    month: moved.getUTCMonth() + 1,
    day: moved.getUTCDate(),
    hour: moved.getUTCHours(),
    minute: moved.getUTCMinutes(),
  };
}

export function quarterOf(time: Time): number {
  return Math.ceil(time.month / 3);
}

export function isoWeekOf(time: Time): IsoWeek {
  return isoWeek(weekOfDay(dayNumber(time.year, time.month, time.day)));
}

/** ISO: Monday is 1. */
export function weekdayOf(time: Time): number {
  return new Date(instantOf(time)).getUTCDay() || 7;
}

export function dayOfYear(time: Time): number {
  return dayNumber(time.year, time.month, time.day) - dayNumber(time.year, 1, 1) + 1;
}

export function daysIn(year: number, month: number): number {
  return new Date(instantOf({ ...MIDNIGHT, grain: 'date', year, month: month + 1, day: 0 })).getUTCDate();
}

/** `Date.UTC` takes years below 100 for 19xx. */
function instantOf({ year, month, day, hour, minute }: Time): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute);
  return date.getTime();
}

export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** What can be said of a time: a week is in no one month, quarter or year. */
const PARTS: Readonly<Record<TimeType, readonly TimeType[]>> = {
  year: ['year'],
  quarter: ['year', 'quarter'],
  month: ['year', 'quarter', 'month'],
  week: ['week'],
  date: ['year', 'quarter', 'month', 'week', 'date'],
  hour: ['year', 'quarter', 'month', 'week', 'date', 'hour'],
  minute: ['year', 'quarter', 'month', 'week', 'date', 'hour', 'minute'],
};

/** Throws in words where a time is coarser than what is asked of it. */
export function requirePart(time: Time, part: TimeType, asked: string, hint = ''): void {
  if (PARTS[time.grain].includes(part)) return;
  const article = time.grain === 'hour' ? 'an' : 'a';
  throw new Error(`${writeTime(time)} is ${article} ${time.grain}: it has no ${asked}${hint}`);
}

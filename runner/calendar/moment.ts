import type { Calendar, Moment, TimeKey } from '../model/time.ts';
import { textOfDay } from './days.ts';
import { gridOf, nearest } from './grid.ts';
import { boundsOf } from './period.ts';
import { clockAt, dayAt, instantOf } from './zone.ts';

const MS_PER_HOUR = 3_600_000;
const MS_PER_MINUTE = 60_000;

/**
 * The instant that a `due`, `deadline` or `until` means for a partition: `days` and `at` count from the period's
 * last day (`at` alone: on that day; `days` alone: 00:00 of the day after them), `hours` from the period's end.
 * With a calendar, `days` are its dates after the last day.
 *
 * @example momentAt({ days: 1, at: '09:30' }, date, '2021-01-29') // 2021-01-30 09:30 in the key's zone
 */
export function momentAt(moment: Moment, key: TimeKey, value: string): string {
  return isoInstant(momentMs(moment, key, value));
}

/** The same in milliseconds since the epoch. */
export function momentMs(moment: Moment, key: TimeKey, value: string): number {
  if (moment.hours !== undefined) return boundsOf(key, value).endMs + moment.hours * MS_PER_HOUR;
  const grid = gridOf(key);
  const day = daysAfter(grid.lastDay(grid.slotOf(value)), moment.days ?? 0, moment.calendar);
  const zone = moment.timezone ?? key.timezone;
  return moment.at === undefined ? instantOf(zone, day + 1, 0) : instantOf(zone, day, minutesOf(moment.at));
}

/** In words for a person who reads it at `nowMs`: `2021-01-29 18:00 America/New_York, in 2 h 10 min`. */
export function describeMoment(atMs: number, nowMs: number, timezone: string): string {
  const day = textOfDay(dayAt(timezone, atMs));
  return `${day} ${clockAt(timezone, atMs)} ${timezone}, ${describeDistance(atMs - nowMs)}`;
}

/** Where there are several in a line: `18:00`, with the date where it is another day than at `nowMs`. */
export function clockWords(atMs: number, nowMs: number, timezone: string): string {
  const day = dayAt(timezone, atMs);
  const date = day === dayAt(timezone, nowMs) ? '' : `${textOfDay(day)} `;
  return `${date}${clockAt(timezone, atMs)}`;
}

/** `2021-01-29T23:00:00Z` */
export function isoInstant(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

const dayCounters = new WeakMap<Calendar, TimeKey>();

function daysAfter(day: number, count: number, calendar: Calendar | undefined): number {
  if (calendar === undefined || count === 0) return day + count;
  let key = dayCounters.get(calendar);
  if (key === undefined) {
    key = { name: calendar.name, type: 'date', calendar, timezone: 'UTC' };
    dayCounters.set(calendar, key);
  }
  const grid = gridOf(key);
  const step = count < 0 ? -1 : 1;
  let reached = day;
  for (let left = Math.abs(count); left > 0; left -= 1)
    reached = nearest(grid, reached + step, step) ?? reached;
  return reached;
}

function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}

function describeDistance(milliseconds: number): string {
  const words = lengthOf(Math.max(1, Math.round(Math.abs(milliseconds) / MS_PER_MINUTE)));
  return milliseconds < 0 ? `${words} ago` : `in ${words}`;
}

function lengthOf(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  if (minutes >= 48 * 60) return `${Math.round(minutes / (24 * 60))} days`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

import { Temporal } from 'temporal-polyfill';
import { CalendarError } from './calendar-error.ts';
import { civilDate, pad, textOfDay } from './days.ts';

const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 86_400_000;

/** By zone, the start of each day that was ever asked for: Temporal is asked once. */
const zones = new Map<string, Map<number, number>>();

/** Milliseconds since the epoch at which a day begins; where a change skips midnight, the first instant after. */
export function startOfDay(timezone: string, day: number): number {
  if (timezone === 'UTC') return day * MS_PER_DAY;
  const starts = startsIn(timezone);
  let start = starts.get(day);
  if (start === undefined) {
    start = plainDate(day).toZonedDateTime(timezone).epochMilliseconds;
    starts.set(day, start);
  }
  return start;
}

/**
 * The instant of a wall-clock time. A time that a change skips is moved on by the gap, of a time that comes twice
 * the first is meant, as calendars do.
 */
export function instantOf(timezone: string, day: number, minutes: number): number {
  const start = startOfDay(timezone, day);
  // Only a day of 24 hours that begins at midnight can do without asking again.
  if (startOfDay(timezone, day + 1) - start === MS_PER_DAY) return start + minutes * MS_PER_MINUTE;
  const time = Temporal.PlainTime.from({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
  return plainDate(day).toZonedDateTime({ timeZone: timezone, plainTime: time }).epochMilliseconds;
}

/** The calendar day of an instant. */
export function dayAt(timezone: string, epochMs: number): number {
  let day = Math.floor(epochMs / MS_PER_DAY);
  if (timezone === 'UTC') return day;
  while (startOfDay(timezone, day) > epochMs) day -= 1;
  while (startOfDay(timezone, day + 1) <= epochMs) day += 1;
  return day;
}

/** `HH:MM` on the wall at an instant. */
export function clockAt(timezone: string, epochMs: number): string {
  const time = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timezone);
  return `${pad(time.hour, 2)}:${pad(time.minute, 2)}`;
}

/** ISO 8601 with offset, for example `2021-01-29T00:00:00-05:00`. */
export function isoInZone(timezone: string, epochMs: number): string {
  if (timezone === 'UTC') return `${new Date(epochMs).toISOString().slice(0, 19)}+00:00`;
  return Temporal.Instant.fromEpochMilliseconds(epochMs)
    .toZonedDateTimeISO(timezone)
    .toString({ timeZoneName: 'never', fractionalSecondDigits: 0 });
}

/** The same of a day's start, which for all but the few days on which the clock changes is a matter of adding. */
export function isoStartOfDay(timezone: string, day: number): string {
  const start = startOfDay(timezone, day);
  const offsetMinutes = (day * MS_PER_DAY - start) / MS_PER_MINUTE;
  const isPlain = startOfDay(timezone, day + 1) - start === MS_PER_DAY && Number.isInteger(offsetMinutes);
  return isPlain ? `${textOfDay(day)}T00:00:00${offsetText(offsetMinutes)}` : isoInZone(timezone, start);
}

function offsetText(minutes: number): string {
  const distance = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(distance / 60), 2)}:${pad(distance % 60, 2)}`;
}

function startsIn(timezone: string): Map<number, number> {
  let starts = zones.get(timezone);
  if (starts === undefined) {
    try {
      plainDate(0).toZonedDateTime(timezone);
    } catch {
      throw new CalendarError(`expected an IANA time zone such as America/New_York, found ${timezone}`);
    }
    starts = new Map();
    zones.set(timezone, starts);
  }
  return starts;
}

function plainDate(day: number): Temporal.PlainDate {
  return Temporal.PlainDate.from(civilDate(day));
}

import type { TimeKey } from '../model/time.ts';
import { CalendarError } from './calendar-error.ts';
import { dayOfText } from './days.ts';
import type { Grid } from './grid.ts';
import { describe, gridOf, nearest } from './grid.ts';
import { boundsOf, lastDayOf } from './period.ts';
import { dayAt, startOfDay } from './zone.ts';

const MAX_POSITIONS = 2_000_000;

/*
 * Values in and out are canonical text of the key's type. `start` bounds every answer; a question past a
 * calendar's `through` throws a `CalendarError`.
 */

/** Whether a partition of this key exists. */
export function isPosition(key: TimeKey, value: string): boolean {
  const grid = gridOf(key);
  const slot = grid.slotOf(value);
  return slot >= grid.startSlot && grid.has(slot);
}

export function positionAtOrBefore(key: TimeKey, value: string): string | undefined {
  const grid = gridOf(key);
  return valueAt(grid, nearest(grid, grid.slotOf(value), -1));
}

export function positionAtOrAfter(key: TimeKey, value: string): string | undefined {
  const grid = gridOf(key);
  return valueAt(grid, nearest(grid, grid.slotOf(value), 1));
}

/** The position `count` steps on; negative is earlier. Undefined before `start`. From a date between positions the
 * first step lands on the next one in its direction. */
export function offsetPosition(key: TimeKey, value: string, count: number): string | undefined {
  const grid = gridOf(key);
  const step = count < 0 ? -1 : 1;
  let slot: number | undefined = grid.slotOf(value);
  if (count === 0) return valueAt(grid, slot >= grid.startSlot && grid.has(slot) ? slot : undefined);
  for (let left = Math.abs(count); left > 0 && slot !== undefined; left -= 1) {
    slot = nearest(grid, slot + step, step);
  }
  return valueAt(grid, slot);
}

/** Positions whose period's last day lies in `from`..`to` (dates, inclusive), ascending. */
export function positionsByLastDay(key: TimeKey, from: string, to: string): readonly string[] {
  return positionsEnding(gridOf(key), dayOfText(from), dayOfText(to));
}

/** Positions from one value to another, inclusive; the ends need not be positions. */
export function positionsBetween(key: TimeKey, from: string, to: string): readonly string[] {
  const grid = gridOf(key);
  return slotsBetween(grid, grid.slotOf(from), grid.slotOf(to));
}

/** The newest position whose period has begun at an instant (milliseconds since the epoch). */
export function positionBegunBy(key: TimeKey, epochMs: number): string | undefined {
  const grid = gridOf(key);
  return valueAt(grid, nearest(grid, slotAt(grid, key.timezone, epochMs), -1));
}

/** The newest position whose period's last day is at or before a date. */
export function positionEndingBy(key: TimeKey, date: string): string | undefined {
  const grid = gridOf(key);
  const day = dayOfText(date);
  let slot = nearest(grid, grid.slotOnDay(day), -1);
  if (slot !== undefined && grid.lastDay(slot) > day) slot = nearest(grid, slot - 1, -1);
  return valueAt(grid, slot);
}

/**
 * The newest position of one key that has ended by the end of a period of another: by the last day of it, or, of two
 * keys in UTC, to the minute.
 */
export function positionEndingWith(key: TimeKey, other: TimeKey, value: string): string | undefined {
  const grid = gridOf(key);
  if (grid.slotMs === undefined || gridOf(other).slotMs === undefined) {
    return positionEndingBy(key, lastDayOf(other, value));
  }
  const { endMs } = boundsOf(other, value);
  return valueAt(grid, nearest(grid, Math.floor(endMs / grid.slotMs) - 1, -1));
}

/**
 * The finer positions inside a coarser period, each by its last day (a week belongs to the month that its Sunday is
 * in); hours and minutes by the instant they begin.
 */
export function positionsWithin(fine: TimeKey, coarse: TimeKey, coarseValue: string): readonly string[] {
  const grid = gridOf(fine);
  if (grid.slotMs !== undefined) {
    const { startMs, endMs } = boundsOf(coarse, coarseValue);
    return slotsBetween(grid, Math.ceil(startMs / grid.slotMs), Math.ceil(endMs / grid.slotMs) - 1);
  }
  const around = gridOf(coarse);
  const slot = around.slotOf(coarseValue);
  return positionsEnding(grid, around.firstDay(slot), around.lastDay(slot));
}

/** The coarser position that holds a finer period's last day; of hours and minutes the instant they begin. */
export function positionAround(coarse: TimeKey, fine: TimeKey, fineValue: string): string | undefined {
  const inner = gridOf(fine);
  const slot = inner.slotOf(fineValue);
  const grid = gridOf(coarse);
  const around =
    inner.slotMs === undefined
      ? grid.slotOnDay(inner.lastDay(slot))
      : slotAt(grid, coarse.timezone, slot * inner.slotMs);
  return valueAt(grid, around >= grid.startSlot && grid.has(around) ? around : undefined);
}

/** The slot that an instant is in. */
function slotAt(grid: Grid, timezone: string, epochMs: number): number {
  return grid.slotMs === undefined
    ? grid.slotOnDay(dayAt(timezone, epochMs))
    : Math.floor(epochMs / grid.slotMs);
}

function positionsEnding(grid: Grid, fromDay: number, toDay: number): readonly string[] {
  if (toDay < fromDay) return [];
  const { key } = grid;
  const { slotMs } = grid;
  if (slotMs !== undefined) {
    const from = Math.ceil(startOfDay(key.timezone, fromDay) / slotMs);
    return slotsBetween(grid, from, Math.ceil(startOfDay(key.timezone, toDay + 1) / slotMs) - 1);
  }
  let from = grid.slotOnDay(fromDay);
  let to = grid.slotOnDay(toDay);
  if (grid.lastDay(to) > toDay) to -= 1;
  // Days of a calendar stand apart: the slots between two positions are no positions.
  if (grid.lastDay(from) < fromDay) from += 1;
  return slotsBetween(grid, from, to);
}

function slotsBetween(grid: Grid, from: number, to: number): readonly string[] {
  const first = Math.max(from, grid.startSlot);
  if (to - first > MAX_POSITIONS) {
    throw new CalendarError(
      `${describe(grid.key)}: a range of ${to - first} positions is too long; ask for a shorter one`,
    );
  }
  const values: string[] = [];
  for (let slot = first; slot <= to; slot += 1) if (grid.has(slot)) values.push(grid.valueOf(slot));
  return values;
}

function valueAt(grid: Grid, slot: number | undefined): string | undefined {
  return slot === undefined ? undefined : grid.valueOf(slot);
}

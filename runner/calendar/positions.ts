import type { TimeKey } from '../model/time.ts';
import { CalendarError } from './calendar-error.ts';
import { dayOfText } from './days.ts';
import type { Grid } from './grid.ts';
import { describe, gridOf, nearest } from './grid.ts';
import { boundsOf } from './period.ts';
import { dayAt, startOfDay } from './zone.ts';

const MS_PER_HOUR = 3_600_000;
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
  const slot =
    key.type === 'hour' ? Math.floor(epochMs / MS_PER_HOUR) : grid.slotOnDay(dayAt(key.timezone, epochMs));
  return valueAt(grid, nearest(grid, slot, -1));
}

/** The newest position whose period's last day is at or before a date. */
export function positionEndingBy(key: TimeKey, date: string): string | undefined {
  const grid = gridOf(key);
  const day = dayOfText(date);
  let slot = nearest(grid, grid.slotOnDay(day), -1);
  if (slot !== undefined && grid.lastDay(slot) > day) slot = nearest(grid, slot - 1, -1);
  return valueAt(grid, slot);
}

/** The finer positions inside a coarser period, each by its last day; hours by the instant they begin. */
export function positionsWithin(fine: TimeKey, coarse: TimeKey, coarseValue: string): readonly string[] {
  const grid = gridOf(fine);
  if (fine.type === 'hour') {
    const { startMs, endMs } = boundsOf(coarse, coarseValue);
    return slotsBetween(grid, Math.ceil(startMs / MS_PER_HOUR), Math.ceil(endMs / MS_PER_HOUR) - 1);
  }
  const around = gridOf(coarse);
  const slot = around.slotOf(coarseValue);
  return positionsEnding(grid, around.firstDay(slot), around.lastDay(slot));
}

/** The coarser position that holds a finer period's last day; of an hour the instant it begins. */
export function positionAround(coarse: TimeKey, fine: TimeKey, fineValue: string): string | undefined {
  const inner = gridOf(fine);
  const slot = inner.slotOf(fineValue);
  const day = fine.type === 'hour' ? dayAt(coarse.timezone, slot * MS_PER_HOUR) : inner.lastDay(slot);
  const grid = gridOf(coarse);
  const around = coarse.type === fine.type && coarse.type === 'hour' ? slot : grid.slotOnDay(day);
  return valueAt(grid, around >= grid.startSlot && grid.has(around) ? around : undefined);
}

function positionsEnding(grid: Grid, fromDay: number, toDay: number): readonly string[] {
  if (toDay < fromDay) return [];
  const { key } = grid;
  if (key.type === 'hour') {
    const from = Math.ceil(startOfDay(key.timezone, fromDay) / MS_PER_HOUR);
    return slotsBetween(grid, from, Math.ceil(startOfDay(key.timezone, toDay + 1) / MS_PER_HOUR) - 1);
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

import type { Period, TimeKey } from '../model/time.ts';
import { textOfDay } from './days.ts';
import { gridOf } from './grid.ts';
import { isoInZone, isoStartOfDay, startOfDay } from './zone.ts';

const periods = new WeakMap<TimeKey, Map<string, Period>>();

/** A position's period; hours and minutes are UTC, all else begins and ends at midnight in the key's zone. */
export function periodOf(key: TimeKey, value: string): Period {
  let known = periods.get(key);
  if (known === undefined) {
    known = new Map();
    periods.set(key, known);
  }
  let period = known.get(value);
  if (period === undefined) {
    period = gridOf(key).slotMs === undefined ? daysOf(key, value) : stretchOf(key, value);
    known.set(value, period);
  }
  return period;
}

function stretchOf(key: TimeKey, value: string): Period {
  const { startMs, endMs } = boundsOf(key, value);
  return { start: isoInZone('UTC', startMs), end: isoInZone('UTC', endMs) };
}

function daysOf(key: TimeKey, value: string): Period {
  const grid = gridOf(key);
  const slot = grid.slotOf(value);
  return {
    start: isoStartOfDay(key.timezone, grid.firstDay(slot)),
    end: isoStartOfDay(key.timezone, grid.lastDay(slot) + 1),
  };
}

/** The same in milliseconds since the epoch, end exclusive. */
export function boundsOf(key: TimeKey, value: string): { readonly startMs: number; readonly endMs: number } {
  const grid = gridOf(key);
  const slot = grid.slotOf(value);
  const { slotMs } = grid;
  if (slotMs !== undefined) return { startMs: slot * slotMs, endMs: (slot + 1) * slotMs };
  return {
    startMs: startOfDay(key.timezone, grid.firstDay(slot)),
    endMs: startOfDay(key.timezone, grid.lastDay(slot) + 1),
  };
}

/** `YYYY-MM-DD`: ranges, `days` and `at` count from here. */
export function lastDayOf(key: TimeKey, value: string): string {
  if (key.type === 'date' && key.calendar?.kind !== 'month-days') return value;
  const grid = gridOf(key);
  return textOfDay(grid.lastDay(grid.slotOf(value)));
}

export function firstDayOf(key: TimeKey, value: string): string {
  const grid = gridOf(key);
  return textOfDay(grid.firstDay(grid.slotOf(value)));
}

import type { Period, TimeKey } from '../model/time.ts';
import { textOfDay } from './days.ts';
import { gridOf } from './grid.ts';
import { isoInZone, isoStartOfDay, startOfDay } from './zone.ts';

const MS_PER_HOUR = 3_600_000;

const periods = new WeakMap<TimeKey, Map<string, Period>>();

/** A position's period; an hour is UTC, all else begins and ends at midnight in the key's zone. */
export function periodOf(key: TimeKey, value: string): Period {
  let known = periods.get(key);
  if (known === undefined) {
    known = new Map();
    periods.set(key, known);
  }
  let period = known.get(value);
  if (period === undefined) {
    period = key.type === 'hour' ? hourOf(key, value) : daysOf(key, value);
    known.set(value, period);
  }
  return period;
}

function hourOf(key: TimeKey, value: string): Period {
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
  if (key.type === 'hour') return { startMs: slot * MS_PER_HOUR, endMs: (slot + 1) * MS_PER_HOUR };
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

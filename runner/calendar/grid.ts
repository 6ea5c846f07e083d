import type { Calendar, TimeKey, TimeType } from '../model/time.ts';
import { CalendarError } from './calendar-error.ts';
import { civilDate, dayNumber, dayOfText, pad, textOfDay, weekdayOf } from './days.ts';
import { dayAt } from './zone.ts';

const MS_PER_HOUR = 3_600_000;

/**
 * The periods of a time key, numbered: an hour, a day, a month, a year each is one slot. A calendar says which
 * slots are positions.
 */
export interface Grid {
  readonly key: TimeKey;
  readonly slotOf: (value: string) => number;
  readonly valueOf: (slot: number) => string;
  /** Whether the calendar has it; `start` aside. Throws a `CalendarError` past the calendar's `through`. */
  readonly has: (slot: number) => boolean;
  /** First and last day of a position's period, as day numbers; of an hour the day it begins in, in the zone. */
  readonly firstDay: (slot: number) => number;
  readonly lastDay: (slot: number) => number;
  /** The slot whose period holds a day; of hours the last one. */
  readonly slotOnDay: (day: number) => number;
  readonly startSlot: number;
}

/** No calendar leaves a longer gap; without it a calendar without any date would never answer. */
const MAX_STEPS = 4000;

const grids = new WeakMap<TimeKey, Grid>();

export function gridOf(key: TimeKey): Grid {
  let grid = grids.get(key);
  if (grid === undefined) {
    grid = buildGrid(key);
    grids.set(key, grid);
  }
  return grid;
}

/** The nearest position from `slot` on, in steps of 1 or -1; undefined before `start`. */
export function nearest(grid: Grid, slot: number, step: 1 | -1): number | undefined {
  let candidate = step === 1 ? Math.max(slot, grid.startSlot) : slot;
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    if (candidate < grid.startSlot) return undefined;
    if (grid.has(candidate)) return candidate;
    candidate += step;
  }
  throw new CalendarError(`${describe(grid.key)} has no date within ten years of ${grid.valueOf(slot)}`);
}

/** The name a person knows the key's dates by. */
export function describe(key: TimeKey): string {
  return key.calendar === undefined ? `param ${key.name}` : `calendar ${key.calendar.name}`;
}

function buildGrid(key: TimeKey): Grid {
  const base = { ...SLOTS[key.type](key), has: membership(key) };
  const start = key.start === undefined ? Number.NEGATIVE_INFINITY : base.slotOf(key.start);
  const grid: Grid = { ...base, key, startSlot: start };
  if (key.calendar?.kind !== 'month-days') return grid;
  // A period runs to the day before the next one, whether or not `start` lets that one exist.
  const seek = (day: number, step: 1 | -1): number =>
    nearest({ ...grid, startSlot: Number.NEGATIVE_INFINITY }, day, step) ?? day;
  return { ...grid, lastDay: (slot) => seek(slot + 1, 1) - 1, slotOnDay: (day) => seek(day, -1) };
}

type Slots = Pick<Grid, 'slotOf' | 'valueOf' | 'firstDay' | 'lastDay' | 'slotOnDay'>;

const DAYS: Slots = {
  slotOf: dayOfText,
  valueOf: textOfDay,
  firstDay: (slot) => slot,
  lastDay: (slot) => slot,
  slotOnDay: (day) => day,
};

const MONTHS: Slots = {
  slotOf: (value) => Number(value.slice(0, 4)) * 12 + Number(value.slice(5, 7)) - 1,
  valueOf: (slot) => `${pad(Math.floor(slot / 12), 4)}-${pad((slot % 12) + 1, 2)}`,
  firstDay: (slot) => dayNumber(Math.floor(slot / 12), (slot % 12) + 1, 1),
  lastDay: (slot) => dayNumber(Math.floor((slot + 1) / 12), ((slot + 1) % 12) + 1, 1) - 1,
  slotOnDay: (day) => {
    const { year, month } = civilDate(day);
    return year * 12 + month - 1;
  },
};

const YEARS: Slots = {
  slotOf: Number,
  valueOf: (slot) => pad(slot, 4),
  firstDay: (slot) => dayNumber(slot, 1, 1),
  lastDay: (slot) => dayNumber(slot, 12, 31),
  slotOnDay: (day) => civilDate(day).year,
};

const SLOTS: Readonly<Record<TimeType, (key: TimeKey) => Slots>> = {
  hour: (key) => {
    const dayOf = (slot: number): number => dayAt(key.timezone, slot * MS_PER_HOUR);
    return {
      slotOf: (value) => dayOfText(value) * 24 + Number(value.slice(11, 13)),
      valueOf: (slot) => `${textOfDay(Math.floor(slot / 24))}T${pad(slot - Math.floor(slot / 24) * 24, 2)}`,
      firstDay: dayOf,
      lastDay: dayOf,
      slotOnDay: (day) => {
        // A zone is at most 14 hours from UTC.
        let slot = (day + 1) * 24 + 14;
        while (dayOf(slot) > day) slot -= 1;
        return slot;
      },
    };
  },
  date: () => DAYS,
  month: () => MONTHS,
  year: () => YEARS,
};

function membership(key: TimeKey): (slot: number) => boolean {
  const calendar = key.calendar;
  if (calendar === undefined) return () => true;
  switch (calendar.kind) {
    case 'weekdays':
      return weekdayMembership(calendar);
    case 'month-days': {
      const days = new Set(calendar.days);
      return (slot) => days.has(civilDate(slot).day);
    }
  }
}

function weekdayMembership(calendar: Extract<Calendar, { kind: 'weekdays' }>): (day: number) => boolean {
  const weekdays = new Set(calendar.weekdays);
  const holidays = new Set(calendar.holidays.map(dayOfText));
  const through = calendar.through === undefined ? Number.POSITIVE_INFINITY : dayOfText(calendar.through);
  return (day) => {
    if (day > through) {
      throw new CalendarError(
        `calendar ${calendar.name} ends at ${textOfDay(through)}, asked for ${textOfDay(day)}: ` +
          'add the later holidays and move `through`',
      );
    }
    return weekdays.has(weekdayOf(day)) && !holidays.has(day);
  };
}

import type { Calendar, TimeKey, TimeType } from '../model/time.ts';
import { CalendarError } from './calendar-error.ts';
import { civilDate, dayNumber, dayOfText, pad, textOfDay, weekdayOf } from './days.ts';
import { isoWeek, mondayOf, weekNumber, weekOfDay } from './weeks.ts';
import { dayAt, startOfDay } from './zone.ts';

const MS_PER_MINUTE = 60_000;

/**
 * The periods of a time key, numbered: an hour, a day, a week, a month, … each is one slot. A calendar says which slots
 * are positions.
 */
export interface Grid {
  readonly key: TimeKey;
  readonly slotOf: (value: string) => number;
  readonly valueOf: (slot: number) => string;
  /** Whether the calendar has it; `start` aside. Throws a `CalendarError` past the calendar's `through`. */
  readonly has: (slot: number) => boolean;
  /** Of slots that are stretches of UTC, counted from 1970: how long each is. All others begin and end with a day. */
  readonly slotMs?: number;
  /** First and last day of a position's period, as day numbers; of an hour the day it begins in, in the zone. */
  readonly firstDay: (slot: number) => number;
  readonly lastDay: (slot: number) => number;
  /** The slot whose period holds a day; of hours and minutes the last one. */
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

type Slots = Pick<Grid, 'slotOf' | 'valueOf' | 'slotMs' | 'firstDay' | 'lastDay' | 'slotOnDay'>;

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

const WEEKS: Slots = {
  slotOf: (value) => weekNumber({ year: Number(value.slice(0, 4)), week: Number(value.slice(6, 8)) }),
  valueOf: (slot) => {
    const { year, week } = isoWeek(slot);
    return `${pad(year, 4)}-W${pad(week, 2)}`;
  },
  firstDay: mondayOf,
  lastDay: (slot) => mondayOf(slot) + 6,
  slotOnDay: weekOfDay,
};

const QUARTERS: Slots = {
  slotOf: (value) => Number(value.slice(0, 4)) * 4 + Number(value.slice(6, 7)) - 1,
  valueOf: (slot) => `${pad(Math.floor(slot / 4), 4)}-Q${(slot % 4) + 1}`,
  firstDay: (slot) => MONTHS.firstDay(slot * 3),
  lastDay: (slot) => MONTHS.lastDay(slot * 3 + 2),
  slotOnDay: (day) => Math.floor(MONTHS.slotOnDay(day) / 3),
};

const YEARS: Slots = {
  slotOf: Number,
  valueOf: (slot) => pad(slot, 4),
  firstDay: (slot) => dayNumber(slot, 1, 1),
  lastDay: (slot) => dayNumber(slot, 12, 31),
  slotOnDay: (day) => civilDate(day).year,
};

/** `2021-01-29T13`, `2021-01-29T13:15`: so many minutes of UTC each. */
function utcSlots(minutes: number, timezone: string): Slots {
  const slotMs = minutes * MS_PER_MINUTE;
  const perHour = 60 / minutes;
  const perDay = 24 * perHour;
  const dayOf = (slot: number): number => dayAt(timezone, slot * slotMs);
  return {
    slotMs,
    slotOf: (value) =>
      dayOfText(value) * perDay +
      Number(value.slice(11, 13)) * perHour +
      (perHour === 1 ? 0 : Number(value.slice(14, 16)) / minutes),
    valueOf: (slot) => {
      const day = Math.floor(slot / perDay);
      const inDay = slot - day * perDay;
      const hour = `${textOfDay(day)}T${pad(Math.floor(inDay / perHour), 2)}`;
      return perHour === 1 ? hour : `${hour}:${pad((inDay % perHour) * minutes, 2)}`;
    },
    firstDay: dayOf,
    lastDay: dayOf,
    slotOnDay: (day) => Math.ceil(startOfDay(timezone, day + 1) / slotMs) - 1,
  };
}

const SLOTS: Readonly<Record<TimeType, (key: TimeKey) => Slots>> = {
  minute: ({ step, timezone }) => utcSlots(step ?? 60, timezone),
  hour: ({ timezone }) => utcSlots(60, timezone),
  date: () => DAYS,
  week: () => WEEKS,
  month: () => MONTHS,
  quarter: () => QUARTERS,
  year: () => YEARS,
};

function membership(key: TimeKey): (slot: number) => boolean {
  const calendar = key.calendar;
  // Off its step there is no minute.
  if (key.type === 'minute') return Number.isInteger;
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

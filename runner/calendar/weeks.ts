import { civilDate, dayNumber } from './days.ts';

/*
 * ISO weeks as whole numbers: they begin on Monday, and the year of a week is that of its Thursday.
 */

/** The week that holds a day, counted from that of 1970-01-01, a Thursday. */
export function weekOfDay(day: number): number {
  return Math.floor((day + 3) / 7);
}

export function mondayOf(week: number): number {
  return week * 7 - 3;
}

export interface IsoWeek {
  /** Not the calendar year: 2021-01-01 is in 2020-W53. */
  readonly year: number;
  readonly week: number;
}

export function isoWeek(week: number): IsoWeek {
  const thursday = mondayOf(week) + 3;
  const { year } = civilDate(thursday);
  return { year, week: Math.floor((thursday - dayNumber(year, 1, 1)) / 7) + 1 };
}

/** 4 January is always in a year's first week. */
export function weekNumber({ year, week }: IsoWeek): number {
  return weekOfDay(dayNumber(year, 1, 4)) + week - 1;
}

/** 52 or 53; 28 December is always in the last one. */
export function weeksInYear(year: number): number {
  return isoWeek(weekOfDay(dayNumber(year, 12, 28))).week;
}

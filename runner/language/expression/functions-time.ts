import { formatTime } from './format-date.ts';
import { textArgument, wholeNumber } from './function.ts';
import type { ExpressionFunction, Plain } from './function.ts';
import {
  daysIn,
  isoWeekOf,
  plusMinutes,
  plusMonths,
  quarterOf,
  readTime,
  requirePart,
  weekdayOf,
  writeTime,
} from './time.ts';
import type { Time } from './time.ts';
import type { TimeType } from '../../model/time.ts';

/** They work on the canonical text of every time type, and answer in the same grain. */
export const TIME_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'formatDate',
    signature: 'formatDate(time, pattern)',
    minArgs: 2,
    maxArgs: 2,
    description:
      "Writes a time by a pattern: `yyyy yy Q MMMM MMM MM M dd d DDD EEEE EEE HH H mm m`, and `YYYY ww w` for the ISO week and its year; letters that are meant as they are stand in quotes (doubled inside an expression's text).",
    example: { call: "formatDate('2021-01-29', 'yyyyMMdd')", result: '20210129' },
    call: (time, pattern) => formatTime(readTime(time), textArgument(pattern, 'the pattern')),
  },
  add(
    'addMinutes',
    'minute',
    'minutes',
    "addMinutes('2021-01-29T23:45', 15)",
    '2021-01-30T00:00',
    plusMinutes,
  ),
  add('addHours', 'hour', 'hours', "addHours('2021-01-29T23', 2)", '2021-01-30T01', (time, count) =>
    plusMinutes(time, count * 60),
  ),
  add('addDays', 'date', 'days', "addDays('2021-01-29', -29)", '2020-12-31', (time, count) =>
    plusMinutes(time, count * DAY),
  ),
  add('addWeeks', 'week', 'weeks', "addWeeks('2020-W53', 1)", '2021-W01', (time, count) =>
    plusMinutes(time, count * 7 * DAY),
  ),
  add(
    'addMonths',
    'month',
    'months',
    "addMonths('2021-01-31', 1)",
    '2021-02-28',
    plusMonths,
    ' Clips to the end of the month.',
  ),
  add(
    'addQuarters',
    'quarter',
    'quarters',
    "addQuarters('2020-Q4', 1)",
    '2021-Q1',
    (time, count) => plusMonths(time, count * 3),
    ' Clips to the end of the month.',
  ),
  add(
    'addYears',
    'year',
    'years',
    "addYears('2020-02-29', 1)",
    '2021-02-28',
    (time, count) => plusMonths(time, count * 12),
    ' Clips to the end of the month.',
  ),
  part(
    'year',
    undefined,
    'The year, a number; of a week the one in its name.',
    "year('2021-01-29')",
    '2021',
    (time) => (time.grain === 'week' ? isoWeekOf(time).year : time.year),
  ),
  part('quarter', 'quarter', 'The quarter, 1 to 4.', "quarter('2021-05')", '2', quarterOf),
  part('month', 'month', 'The month, 1 to 12.', "month('2021-01-29')", '1', (time) => time.month),
  part(
    'week',
    'week',
    'The ISO week, 1 to 53. The first days of January can be in the last week of the year before.',
    "week('2021-01-01')",
    '53',
    (time) => isoWeekOf(time).week,
  ),
  part('day', 'date', 'The day of the month, 1 to 31.', "day('2021-01-29')", '29', (time) => time.day),
  part('hour', 'hour', 'The hour, 0 to 23.', "hour('2021-01-29T13')", '13', (time) => time.hour),
  part('minute', 'minute', 'The minute, 0 to 59.', "minute('2021-01-29T13:15')", '15', (time) => time.minute),
  part(
    'weekday',
    'date',
    'The weekday by ISO: Monday is 1, Sunday is 7.',
    "weekday('2021-01-29')",
    '5',
    weekdayOf,
  ),
  part(
    'startOfMonth',
    'month',
    'The first date of the month.',
    "startOfMonth('2021-01-29')",
    '2021-01-01',
    (time) => writeTime({ ...time, grain: 'date', day: 1 }),
  ),
  part('endOfMonth', 'month', 'The last date of the month.', "endOfMonth('2021-02')", '2021-02-28', (time) =>
    writeTime({ ...time, grain: 'date', day: daysIn(time.year, time.month) }),
  ),
  part('startOfWeek', 'week', 'The week’s Monday.', "startOfWeek('2021-W04')", '2021-01-25', (time) =>
    writeTime(weekdayIn(time, 1)),
  ),
  part('endOfWeek', 'week', 'The week’s Sunday.', "endOfWeek('2021-01-29')", '2021-01-31', (time) =>
    writeTime(weekdayIn(time, 7)),
  ),
  part(
    'startOfQuarter',
    'quarter',
    'The first date of the quarter.',
    "startOfQuarter('2021-Q1')",
    '2021-01-01',
    (time) => writeTime({ ...time, grain: 'date', month: quarterOf(time) * 3 - 2, day: 1 }),
  ),
  part(
    'endOfQuarter',
    'quarter',
    'The last date of the quarter.',
    "endOfQuarter('2021-05-29')",
    '2021-06-30',
    (time) => {
      const month = quarterOf(time) * 3;
      return writeTime({ ...time, grain: 'date', month, day: daysIn(time.year, month) });
    },
  ),
];

/** In minutes. */
const DAY = 1440;

function weekdayIn(time: Time, weekday: number): Time {
  return plusMinutes({ ...time, grain: 'date' }, (weekday - weekdayOf(time)) * DAY);
}

function add(
  name: string,
  grain: TimeType,
  unit: string,
  call: string,
  result: string,
  move: (time: Time, count: number) => Time,
  remark = '',
): ExpressionFunction {
  return {
    name,
    signature: `${name}(time, ${unit})`,
    minArgs: 2,
    maxArgs: 2,
    description: `The time so many ${unit} later, earlier for a negative number.${remark}`,
    example: { call, result },
    call: (value, count) => {
      const time = readTime(value);
      requirePart(time, grain, unit);
      return writeTime(move(time, wholeNumber(count, unit)));
    },
  };
}

function part(
  name: string,
  grain: TimeType | undefined,
  description: string,
  call: string,
  result: string,
  read: (time: Time) => Plain,
): ExpressionFunction {
  return {
    name,
    signature: `${name}(time)`,
    minArgs: 1,
    maxArgs: 1,
    description,
    example: { call, result },
    call: (value) => {
      const time = readTime(value);
      if (grain !== undefined) requirePart(time, grain, grain === 'date' ? 'day' : grain);
      return read(time);
    },
  };
}

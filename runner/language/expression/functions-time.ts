import { formatTime } from './format-date.ts';
import { textArgument, wholeNumber } from './function.ts';
import type { ExpressionFunction, Plain } from './function.ts';
import { daysIn, plusHours, plusMonths, readTime, requireGrain, weekdayOf, writeTime } from './time.ts';
import type { Grain, Time } from './time.ts';

/** They work on the canonical text of hours, dates, months and years, and answer in the same grain. */
export const TIME_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'formatDate',
    signature: 'formatDate(time, pattern)',
    minArgs: 2,
    maxArgs: 2,
    description:
      "Writes a time by a pattern: `yyyy yy Q MMMM MMM MM M dd d DDD EEEE EEE HH H`; letters that are meant as they are stand in quotes (doubled inside an expression's text).",
    example: { call: "formatDate('2021-01-29', 'yyyyMMdd')", result: '20210129' },
    call: (time, pattern) => formatTime(readTime(time), textArgument(pattern, 'the pattern')),
  },
  add('addHours', 'hour', 'hours', "addHours('2021-01-29T23', 2)", '2021-01-30T01', (time, count) =>
    plusHours(time, count),
  ),
  add('addDays', 'date', 'days', "addDays('2021-01-29', -29)", '2020-12-31', (time, count) =>
    plusHours(time, count * 24),
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
    'addYears',
    'year',
    'years',
    "addYears('2020-02-29', 1)",
    '2021-02-28',
    (time, count) => plusMonths(time, count * 12),
    ' Clips to the end of the month.',
  ),
  part('year', 'year', 'The year, a number.', "year('2021-01-29')", '2021', (time) => time.year),
  part('quarter', 'month', 'The quarter, 1 to 4.', "quarter('2021-05')", '2', (time) =>
    Math.ceil(time.month / 3),
  ),
  part('month', 'month', 'The month, 1 to 12.', "month('2021-01-29')", '1', (time) => time.month),
  part('day', 'date', 'The day of the month, 1 to 31.', "day('2021-01-29')", '29', (time) => time.day),
  part('hour', 'hour', 'The hour, 0 to 23.', "hour('2021-01-29T13')", '13', (time) => time.hour),
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
];

function add(
  name: string,
  grain: Grain,
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
      requireGrain(time, grain, unit);
      return writeTime(move(time, wholeNumber(count, unit)));
    },
  };
}

function part(
  name: string,
  grain: Grain,
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
      requireGrain(time, grain, grain === 'date' ? 'day' : grain);
      return read(time);
    },
  };
}

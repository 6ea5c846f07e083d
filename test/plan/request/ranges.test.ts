import { describe, expect, it } from 'vitest';
import { createRequest } from '../../../runner/app/request.ts';
import { parseTarget } from '../../../runner/commands/cli/target.ts';
import { ProblemsError } from '../../../runner/errors.ts';
import { scopeOf } from '../../../runner/plan/scope/scope.ts';
import { compile } from '../../language/compile/memory-source.ts';

/** A Friday, 16:00 in New York: the day's own partitions are not due yet. */
const NOW = '2021-01-29T21:00:00Z';

const TEXT = `timezone: America/New_York
calendars:
  nyse: { weekdays: mon-fri, holidays: [2021-01-01, 2021-01-18] }
params:
  date: { type: date, calendar: nyse, start: 2021-01-04 }
  hour: { type: hour, start: 2021-01-29T00 }
  week: { type: week, start: 2020-W50 }
  month: { type: month, start: 2020-06 }
  quarter: { type: quarter, start: 2020-Q1 }
defaults: { image: busybox, run: echo, outputs: [x] }
tasks:
  daily: { params: [date] }
  hourly: { params: [hour] }
  weekly: { params: [week] }
  monthly: { params: [month] }
  quarterly: { params: [quarter] }
`;

type Flags = Parameters<typeof createRequest>[2];

async function scope(words: string, flags: Flags = {}, text = TEXT, now = NOW) {
  const pipeline = await compile(text);
  const request = createRequest(pipeline, parseTarget(['p', ...words.split(' ').filter(Boolean)]), flags);
  return scopeOf(new Map([['p', pipeline]]), request, now);
}

/** The first and the last that are asked for, and how many. */
async function asked(words: string, flags: Flags = {}, text = TEXT, now = NOW): Promise<string> {
  const { instances } = await scope(words, flags, text, now);
  const values = instances.filter((one) => one.asked).map(({ position }) => position);
  return values.length < 2 ? values.join('') : `${values[0]} … ${values.at(-1)}, ${values.length}`;
}

async function told(words: string, flags: Flags = {}): Promise<string> {
  try {
    await scope(words, flags);
    return '';
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map(({ message, fix = '' }) => `${message} | ${fix}`).join('\n');
  }
}

describe('a range that is typed', () => {
  it.each([
    ['daily --date 2021-01-26..', '2021-01-26 … 2021-01-28, 3'],
    ['daily --date 2021-01-16..', '2021-01-19 … 2021-01-28, 8'],
    ['daily --date 2021-01-26..latest', '2021-01-26 … 2021-01-28, 3'],
    ['daily --date 2021-01-27..today', '2021-01-27 … 2021-01-29, 3'],
    ['daily --date yesterday', '2021-01-28'],
    ['daily --date yesterday..today', '2021-01-28 … 2021-01-29, 2'],
    ['daily --date latest', '2021-01-28'],
    ['daily --date latest-3', '2021-01-25'],
    ['daily --date latest-4..latest', '2021-01-22 … 2021-01-28, 5'],
    ['daily --date latest-4..latest-2', '2021-01-22 … 2021-01-26, 3'],
    ['daily --date latest-400..latest', '2021-01-04 … 2021-01-28, 18'],
    ['daily --date latest-400', ''],
    ['daily --date latest-1..today', '2021-01-27 … 2021-01-29, 3'],
    ['daily --date 2021-02-01..', ''],
    ['monthly --month 2020-11..', '2020-11 … 2020-12, 2'],
    ['monthly --month latest-2..latest', '2020-10 … 2020-12, 3'],
    ['monthly --month 2020-11..today', '2020-11 … 2020-12, 2'],
    ['monthly --date 2020-11-30..', '2020-11 … 2020-12, 2'],
    ['weekly --week latest', '2021-W03'],
    ['weekly --week 2020-W52..', '2020-W52 … 2021-W03, 5'],
    ['weekly --week 2020-W52..2021-W01', '2020-W52 … 2021-W01, 3'],
    ['weekly --date 2021-01-10..2021-01-17', '2021-W01 … 2021-W02, 2'],
    ['quarterly --quarter latest-2..', '2020-Q2 … 2020-Q4, 3'],
    // The hour that goes on, and those after it, are not due though it is today.
    ['hourly --hour 2021-01-29T18..', '2021-01-29T18 … 2021-01-29T20, 3'],
    ['hourly --date 2021-01-29..', '2021-01-29T05 … 2021-01-29T20, 16'],
    ['hourly --date latest-1..latest', '2021-01-29T19 … 2021-01-29T20, 2'],
  ])('%s', async (words, expected) => {
    expect(await asked(words)).toBe(expected);
  });

  it.each([
    ['daily', { last: '7' }, '2021-01-20 … 2021-01-28, 7'],
    ['daily', { last: '1' }, '2021-01-28'],
    ['monthly', { last: '7' }, '2020-06 … 2020-12, 7'],
    ['weekly', { last: '2' }, '2021-W02 … 2021-W03, 2'],
    ['hourly', { last: '3' }, '2021-01-29T18 … 2021-01-29T20, 3'],
    ['quarterly', { last: '100000' }, '2020-Q1 … 2020-Q4, 4'],
    ['daily', { from: '2021-01-26' }, '2021-01-26 … 2021-01-28, 3'],
    ['daily', { from: 'latest-2', to: 'yesterday' }, '2021-01-26 … 2021-01-28, 3'],
  ])('%s by flags %o', async (words, flags, expected) => {
    expect(await asked(words, flags)).toBe(expected);
  });

  it('is of each task’s own grain', async () => {
    const { instances } = await scope('', { last: '1' });
    expect(instances.map(({ position }) => position).sort()).toEqual([
      '2020-12',
      '2020-Q4',
      '2021-01-28',
      '2021-01-29T20',
      '2021-W03',
    ]);
  });

  it('goes by the day in the pipeline’s zone, on the days the clock changes too', async () => {
    const text = TEXT.replace('start: 2021-01-04', 'start: 2020-01-02').replace('calendar: nyse, ', '');
    expect(await asked('daily --date today', {}, text, '2021-03-15T03:59:59Z')).toBe('2021-03-14');
    expect(await asked('daily --date today', {}, text, '2021-03-15T04:00:00Z')).toBe('2021-03-15');
    expect(await asked('daily --date yesterday', {}, text, '2021-11-08T04:59:59Z')).toBe('2021-11-06');
    expect(await asked('daily --date latest', {}, text, '2020-03-01T05:00:00Z')).toBe('2020-02-29');
  });

  it('by its own name is of its grain where `date` is a month', async () => {
    const text = 'params: { date: { type: month, start: 2020-06 } }\ntasks: { t: { image: x, run: echo } }\n';
    expect(await asked('--date 2020-11..2021-01', {}, text)).toBe('2020-11 … 2021-01, 3');
    expect(await asked('--date 2020-11..', {}, text)).toBe('2020-11 … 2020-12, 2');
    expect(await asked('--date 2020-11-30..2020-12-31', {}, text)).toBe('2020-11 … 2020-12, 2');
  });
});

describe('a range without a partition', () => {
  it.each([
    [
      'daily --date yesterday',
      '2021-01-18T21:00:00Z',
      'beside it there are --date 2021-01-15 and --date 2021-01-19',
    ],
    ['daily --date 2021-01-16..yesterday', '2021-01-18T21:00:00Z', '--date 2021-01-15 and --date 2021-01-19'],
    ['daily --date 2021-01-16..', '2021-01-18T21:00:00Z', '--date 2021-01-15 and --date 2021-01-19'],
  ])('%s names what is beside it', async (words, now, expected) => {
    const { warnings } = await scope(words, {}, TEXT, now);
    expect(warnings.join()).toContain(expected);
  });
});

describe('a range that says nothing', () => {
  it.each([
    [
      '--date 2021-01-29..2021-01-04',
      {},
      'the range 2021-01-29..2021-01-04 ends before it begins | Did you mean 2021-01-04..2021-01-29?',
    ],
    [
      '--date latest..latest-4',
      {},
      'the range latest..latest-4 ends before it begins | Did you mean latest-4..latest?',
    ],
    [
      '--date today..yesterday',
      {},
      'the range today..yesterday ends before it begins: today is 2021-01-29 | Did you mean yesterday..today?',
    ],
    [
      '--date 2021-02-01..today',
      {},
      'the range 2021-02-01..today ends before it begins: today is 2021-01-29 | Did you mean today..2021-02-01?',
    ],
    [
      '--week 2021-W03..2020-W53',
      {},
      'the range 2021-W03..2020-W53 ends before it begins | Did you mean 2020-W53..2021-W03?',
    ],
    ['--week 2021-W05..today', {}, 'today is 2021-01-29'],
    ['--date 2021-01..2021-02', {}, 'Did you mean --date 2021-01-01..2021-02-28?'],
    ['--date 2021-01-15..2021-02', {}, 'Did you mean --date 2021-01-15..2021-02-28?'],
    ['--date 2021-01', {}, 'Did you mean --date 2021-01-01..2021-01-31?'],
    ['--date 2021-W04', {}, 'Did you mean --date 2021-01-25..2021-01-31?'],
    ['--date 2021-02-30', {}, 'February 2021 has 28 days, found day 30'],
    ['--date today-3', {}, 'found "today-3"; words are latest, latest-3, today, yesterday'],
    ['--date latest-9999999', {}, 'expected at most 100,000 before the newest | Did you mean latest-100000?'],
    ['--month 2021-01-04..', {}, 'expected a month as YYYY-MM, found "2021-01-04"'],
    ['--week 2021-01-29', {}, 'Did you mean 2021-W04?'],
    [
      '--date ..2021-01-29',
      {},
      'expected where the range begins, found --date ..2021-01-29 | write the first before the dots, as in --date latest-6..2021-01-29',
    ],
    ['--date ..', {}, 'as in --date latest-6..latest'],
    ['', { to: '2021-01-29' }, 'give --from too, as in --from latest-6 --to 2021-01-29'],
    ['--date latest', { from: '2021-01-04' }, '--date and --from/--to say the same thing twice'],
    ['--date latest', { last: '7' }, '--last and --date both say which partitions | give one of them'],
    ['--month latest', { last: '7' }, '--last and --month both say'],
    ['', { last: '7', from: '2021-01-04' }, '--last and --from both say'],
    ['', { last: '0' }, 'expected a whole number from 1 to 100,000 for --last, found "0"'],
    ['', { last: 'x' }, 'found "x"'],
    ['', { last: '100001' }, 'found "100001"'],
  ])('%s %o is refused with what works', async (words, flags, expected) => {
    expect(await told(words, flags)).toContain(expected);
  });
});

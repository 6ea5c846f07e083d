import { describe, expect, it } from 'vitest';
import type { PlanRequest } from '../../runner/model/plan.ts';
import { compile, load, mistakes } from '../language/compile/memory-source.ts';
import { knowledge, request } from './build.ts';
import { makePlan } from '../../runner/plan/plan.ts';
import { scopeOf } from '../../runner/plan/scope/scope.ts';

const HEAD = `timezone: America/New_York
calendars:
  nyse: { weekdays: mon-fri, holidays: [2021-01-01, 2021-01-18] }
  halves: { month-days: [1, 16] }
params:
  minute: { type: minute, step: 15, start: 2021-01-01T00:00 }
  tens: { type: minute, step: 10, start: 2021-01-01T00:00 }
  hour: { type: hour, start: 2021-01-01T00 }
  date: { type: date, calendar: nyse, start: 2020-12-01 }
  half: { type: date, calendar: halves, start: 2020-12-01 }
  week: { type: week, start: 2020-W49 }
  month: { type: month, start: 2020-10 }
  quarter: { type: quarter, start: 2020-Q1 }
defaults: { image: busybox, run: echo, outputs: [x] }
tasks:
`;
const NOW = '2021-04-01T12:00:00Z';

/** What an instance of `mine` reads of `theirs`. */
async function members(theirs: string, mine: string, need: string, time: string): Promise<readonly string[]> {
  const text = `${HEAD}  theirs: { params: [${theirs}] }\n  mine: { params: [${mine}], needs: [${need}] }\n`;
  const pipeline = await compile(text);
  const times: PlanRequest['times'] = { [mine]: { kind: 'single', value: time } };
  const pipelines = new Map([[pipeline.name, pipeline]]);
  const scope = scopeOf(pipelines, request({ pipeline: pipeline.name, tasks: ['mine'], times }), NOW);
  const plan = makePlan(pipelines, scope, knowledge({}), NOW);
  const instance = plan.instances.find(({ task }) => task === 'mine');
  return (instance?.needs[0]?.members ?? []).map((id) => id.slice('p/theirs/'.length));
}

describe('a need between grains', () => {
  it.each([
    [
      'date',
      'week',
      'theirs',
      '2021-W03',
      ['date=2021-01-19', 'date=2021-01-20', 'date=2021-01-21', 'date=2021-01-22'],
    ],
    ['week', 'date', 'theirs', '2021-01-04', ['week=2021-W01']],
    [
      'week',
      'month',
      'theirs',
      '2021-02',
      ['week=2021-W05', 'week=2021-W06', 'week=2021-W07', 'week=2021-W08'],
    ],
    ['month', 'week', 'theirs', '2020-W53', ['month=2021-01']],
    ['month', 'quarter', 'theirs', '2021-Q1', ['month=2021-01', 'month=2021-02', 'month=2021-03']],
    ['quarter', 'half', 'theirs', '2021-01-16', ['quarter=2021-Q1']],
    ['hour', 'minute', 'theirs', '2021-01-29T13:45', ['hour=2021-01-29T13']],
    [
      'minute',
      'hour',
      '{ task: theirs, at-least: 1 }',
      '2021-01-29T13',
      [
        'minute=2021-01-29T13%3A00',
        'minute=2021-01-29T13%3A15',
        'minute=2021-01-29T13%3A30',
        'minute=2021-01-29T13%3A45',
      ],
    ],
    ['tens', 'minute', 'theirs', '2021-01-29T13:15', ['tens=2021-01-29T13%3A20']],
    ['date', 'minute', 'theirs', '2021-01-29T04:45', ['date=2021-01-28']],
    ['week', 'week', '{ task: theirs, last: 2 }', '2021-W01', ['week=2020-W53', 'week=2021-W01']],
    ['week', 'week', '{ task: theirs, offset: -1 }', '2021-W01', ['week=2020-W53']],
    ['quarter', 'quarter', '{ task: theirs, offset: -1 }', '2021-Q1', ['quarter=2020-Q4']],
    ['week', 'date', '{ task: theirs, last: 2 }', '2021-01-08', ['week=2020-W52', 'week=2020-W53']],
    ['week', 'half', '{ task: theirs, last: 1 }', '2021-01-01', ['week=2021-W01']],
    ['hour', 'minute', '{ task: theirs, last: 1 }', '2021-01-29T13:30', ['hour=2021-01-29T12']],
    ['week', 'month', '{ task: theirs, latest: true }', '2021-02', ['week=2021-W08']],
    ['quarter', 'week', '{ task: theirs, latest: true }', '2021-W12', ['quarter=2020-Q4']],
    [
      'week',
      'date',
      "{ task: theirs, params: { week: \"${{ formatDate(params.date, 'YYYY-''W''ww') }}\" } }",
      '2021-01-04',
      ['week=2021-W01'],
    ],
    ['minute', 'minute', '{ task: theirs, offset: -1 }', '2021-01-02T00:00', ['minute=2021-01-01T23%3A45']],
  ])('%s of %s by %s at %s', async (theirs, mine, need, time, expected) => {
    expect(await members(theirs, mine, need, time)).toEqual(expected);
  });

  it.each([
    ['week', 'half', 'theirs', 'need-unbounded', 'nothing says which belong together'],
    ['half', 'week', 'theirs', 'need-unbounded', 'nothing says which belong together'],
    [
      'tens',
      'minute',
      '{ task: theirs, offset: -1 }',
      'need-invalid',
      'is a stretch of 10 minutes where mine is a stretch of 15 minutes',
    ],
    ['week', 'date', '{ task: theirs, offset: -1 }', 'need-invalid', 'is a week where mine is a date'],
  ])('%s of %s by %s is an error', async (theirs, mine, need, code, words) => {
    const told = await mistakes(
      `${HEAD}  theirs: { params: [${theirs}] }\n  mine: { params: [${mine}], needs: [${need}] }\n`,
    );
    expect(told).toEqual([expect.stringContaining(code)]);
    await expect(members(theirs, mine, need, '')).rejects.toThrow(words);
  });
});

describe('a param of a new grain', () => {
  it.each([
    ['{ type: minute }', 'a param of type minute has no `step` Add `step:`.'],
    ['{ type: minute, step: 7 }', 'expected `5`, `10`, `15`, `20` or `30`, found the number 7'],
    [
      "{ type: minute, step: 15, start: '2021-01-29T13:07' }",
      'expected a minute of each hour’s 00, 15, 30, 45, found 07',
    ],
    ['{ type: hour, step: 15 }', 'a param of type hour has no key `step`'],
    ['{ type: week, start: 2021-W54 }', '2021 has 52 weeks, found week 54'],
    ['{ type: week, start: 2021-01-04 }', 'such as 2021-W04'],
    ['{ type: quarter, start: 2021-Q5 }', 'expected a quarter from 1 to 4, found 5'],
    ['{ type: week, calendar: nyse }', 'a param of type week has no key `calendar`'],
  ])('%s is told what is wrong', async (param, words) => {
    const text = `calendars: { nyse: { weekdays: mon-fri } }\nparams: { x: ${param} }\ntasks: { a: { image: busybox, run: echo } }\n`;
    const { problems: found } = await load({ 'pipelines/p.yaml': text });
    expect(found.map(({ message, fix = '' }) => `${message} ${fix}`).join('\n')).toContain(words);
  });
});

import { describe, expect, it } from 'vitest';
import { ProblemsError } from '../../../runner/errors.ts';
import type { Problem } from '../../../runner/model/problem.ts';
import type { DateRange, PlanRequest } from '../../../runner/model/plan.ts';
import type { Param, Pipeline, Task } from '../../../runner/model/pipeline.ts';
import { ExpressionError } from '../../../runner/language/expression/problem.ts';
import { scopeOf } from '../../../runner/plan/scope/scope.ts';
import {
  expressions,
  halves,
  knowledge,
  need,
  pairs,
  PARAMS,
  pipeline,
  pipelines,
  request,
  select,
  task,
} from '../build.ts';
import { NOW, planned } from '../table.ts';

const venues = { kind: 'static', keys: ['venue'], legs: [{ venue: 'nyse' }, { venue: 'nasdaq' }] } as const;
const single = (value: string): DateRange => ({ kind: 'single', value });

function problemsOf(own: Pipeline, given: Partial<PlanRequest>): readonly Problem[] {
  try {
    scopeOf(pipelines(own), request(given), NOW, expressions);
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems;
    throw error;
  }
  return [];
}

function idsOf(own: Pipeline, given: Partial<PlanRequest>, now = NOW): readonly string[] {
  return scopeOf(pipelines(own), request(given), now, expressions)
    .instances.filter((instance) => instance.asked)
    .map((instance) => instance.id);
}

describe('a wrong request', () => {
  const own = pipeline([
    task('score', { params: ['date', 'top', 'region'] }),
    task('prices', { matrix: venues }),
    task('fails', { params: ['half'] }),
    task('tell', { kind: 'hook', params: [] }),
  ]);

  it.each<[string, Partial<PlanRequest>, string, string | undefined]>([
    [
      'a day that the month does not have',
      { range: single('2021-02-30') },
      'February 2021 has 28 days',
      'Did you mean 2021-02-28?',
    ],
    [
      'a holiday',
      { range: single('2021-01-18'), tasks: ['score'] },
      'not a date of calendar nyse',
      'The next date is 2021-01-19, the one before 2021-01-15.',
    ],
    [
      'a holiday on which the period of another task ends',
      { range: single('2021-01-31') },
      'not a date of calendar nyse',
      'The next date is 2021-02-01, the one before 2021-01-29.',
    ],
    [
      'a date before start',
      { range: single('2020-12-24'), tasks: ['score'] },
      'before the start of `date`, 2021-01-04',
      'The first is 2021-01-04.',
    ],
    [
      'a date after the calendar',
      { range: single('2022-01-03'), tasks: ['score'] },
      'calendar nyse ends at 2021-12-31',
      undefined,
    ],
    [
      'a range past the calendar',
      { range: { kind: 'range', from: '2021-12-30', to: '2022-01-05' } },
      'calendar nyse ends at 2021-12-31',
      undefined,
    ],
    [
      'a day on which no half ends',
      { range: single('2021-01-14'), tasks: ['fails'] },
      'no period of the tasks that are asked for ends on that day',
      'The next such day is 2021-01-15.',
    ],
    [
      'a range backwards',
      { range: { kind: 'range', from: '2021-01-29', to: '2021-01-04' } },
      'ends before it begins',
      'Did you mean 2021-01-04..2021-01-29?',
    ],
    [
      'a half that is none',
      { times: { half: single('2021-01-15') } },
      'not a date of calendar halves',
      'The next date is 2021-01-16, the one before 2021-01-01.',
    ],
    ['an unknown task', { tasks: ['scor'] }, 'no task `scor` in pipeline p', 'Did you mean `score`?'],
    [
      'a hook',
      { tasks: ['tell'] },
      '`tell` is a hook',
      'Name the tasks it follows. What it printed last: sluice logs p/tell/_',
    ],
    ['an unknown param', { params: { tops: 5 } }, 'no param `tops`', 'Did you mean `top`?'],
    ['an unknown time', { times: { haf: single('2021-01-16') } }, 'no param `haf`', 'Did you mean `half`?'],
    [
      'a number that is none',
      { params: { top: 'many' } },
      '--top: expected a number, found "many"',
      undefined,
    ],
    [
      'a number that would lose digits',
      { params: { top: '1234567890123456789' } },
      'found 1234567890123456789, which has more digits than a number can hold: it would become 1234567890123456800',
      'Write `top` as a string param: type: string.',
    ],
    [
      'a choice that is none',
      { params: { region: 'uk' } },
      'expected one of us, eu, found "uk"',
      'Did you mean `us`?',
    ],
    [
      'an empty key',
      { params: { symbol: '' } },
      "--symbol has an empty value, which can't name a partition",
      'Write a word for it, such as none.',
    ],
    [
      'a leg that does not exist',
      { params: { venue: 'nyze' } },
      '`venue` has no value `nyze`',
      'Did you mean `nyse`?',
    ],
  ])('%s is a problem', (_name, given, message, fix) => {
    const problems = problemsOf(own, given);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.fix).toBe(fix);
  });

  it('is told with all its mistakes at once', () => {
    const given = { tasks: ['nope'], params: { tpo: 5, top: 'x' }, range: single('2021-02-30') };
    expect(problemsOf(own, given).map((one) => one.code)).toEqual([
      'unknown-task',
      'unknown-param',
      'invalid-param',
      'invalid-param',
    ]);
  });

  it('names the key or setting that has no value', () => {
    const open = pipeline([task('a', { params: ['date', 'symbol'] })]);
    expect(problemsOf(open, { range: single('2021-01-28') })[0]).toMatchObject({
      message: 'task a needs a value for its key `symbol`',
      fix: 'Give --symbol <string>.',
    });
    const param = { kind: 'plain', name: 'depth', type: 'number', key: false } as const;
    const unset = pipeline([task('a', { params: ['date', 'depth'] })], {
      params: { ...PARAMS, depth: param },
    });
    expect(problemsOf(unset, { range: single('2021-01-28') })[0]?.message).toBe(
      'task a needs a value for `depth`',
    );
  });

  it('says which expression cannot be evaluated, and hides no fault of ours', () => {
    const own = pipeline([task('a', { if: { expression: 'params.x', reads: 'params' } })]);
    const failing = (error: Error) => () =>
      scopeOf(pipelines(own), request({ range: single('2021-01-28') }), NOW, {
        ...expressions,
        condition: () => {
          throw error;
        },
      });
    expect(failing(new ExpressionError('params.x', 'x is not there'))).toThrow(ProblemsError);
    expect(failing(new RangeError('boom'))).toThrow(RangeError);
  });
});

describe('a request', () => {
  const own = pipeline([
    task('score', { params: ['date', 'region'] }),
    task('fails', { params: ['half'] }),
    task('monthly', { params: ['month'] }),
    task('once', { params: [] }),
  ]);

  it('asks for the instances whose last day lies in its range', () => {
    expect(idsOf(own, { range: { kind: 'range', from: '2021-01-15', to: '2021-01-19' } })).toEqual([
      'p/once/_',
      'p/score/date=2021-01-15/region=us',
      'p/score/date=2021-01-15/region=eu',
      'p/fails/half=2021-01-01',
      'p/score/date=2021-01-19/region=us',
      'p/score/date=2021-01-19/region=eu',
    ]);
  });

  it('of a single date leaves out what ends on another day, and takes what ends on it', () => {
    expect(idsOf(own, { range: single('2021-01-29'), tasks: ['score', 'fails', 'monthly'] })).toHaveLength(2);
    const plain = pipeline([task('monthly', { params: ['month'] }), task('fails', { params: ['half'] })]);
    expect(idsOf(plain, { range: single('2021-01-31') })).toEqual([
      'p/monthly/month=2021-01',
      'p/fails/half=2021-01-16',
    ]);
    expect(idsOf(own, { range: single('2020-12-31') })).toContain('p/fails/half=2020-12-16');
  });

  it('for today asks for what ends today, due or not', () => {
    expect(idsOf(own, { range: { kind: 'today' }, params: { region: 'us' } })).toEqual([
      'p/once/_',
      'p/score/date=2021-01-29/region=us',
    ]);
    // 02:00 UTC of the 30th is still the 29th in New York.
    expect(idsOf(own, { range: { kind: 'today' }, tasks: ['score'] }, '2021-01-30T02:00:00Z')).toHaveLength(
      2,
    );
    expect(idsOf(own, { range: { kind: 'today' }, tasks: ['score'] }, '2021-01-30T12:00:00Z')).toHaveLength(
      0,
    );
  });

  it('by a flag of its own key asks for that key alone', () => {
    expect(idsOf(own, { times: { half: single('2021-01-01') } })).toEqual(['p/fails/half=2021-01-01']);
    expect(idsOf(own, { times: { month: { kind: 'range', from: '2020-11', to: '2021-02' } } })).toEqual([
      'p/monthly/month=2021-01',
      'p/monthly/month=2021-02',
    ]);
  });

  it('picks a leg of the matrix by its key', () => {
    const legs = pipeline([task('prices', { matrix: venues })]);
    expect(idsOf(legs, { range: single('2021-01-28'), params: { venue: 'nasdaq' } })).toEqual([
      'p/prices/date=2021-01-28/venue=nasdaq',
    ]);
  });

  it('takes numbers and booleans as they are typed', () => {
    const scope = scopeOf(
      pipelines(pipeline([task('a', { params: ['date', 'top'] })])),
      request({ range: single('2021-01-28'), params: { top: '20' } }),
      NOW,
      expressions,
    );
    expect(scope.instances[0]?.table.settings).toEqual({ top: 20 });
    expect(scope.contents).toBe(true);
  });
});

describe('a request for what is not there', () => {
  const own = pipeline([
    task('a', { if: { expression: "params.date == '2021-01-29'", reads: 'params' } }),
    task('b', { params: ['month'] }),
  ]);
  const warnings = (given: Partial<PlanRequest>, now = NOW): readonly string[] =>
    scopeOf(pipelines(own), request(given), now, { ...expressions, condition: () => false }).warnings;

  it('says that its `if` leaves nothing', () => {
    expect(warnings({ tasks: ['a'], range: single('2021-01-28') })).toEqual([
      "nothing of a exists there: if: params.date == '2021-01-29' is false",
    ]);
  });

  it('says what is due first', () => {
    expect(warnings({ tasks: ['b'] })).toEqual([
      expect.stringMatching(/^nothing of b is due yet: the first, month=2021-01, is due /),
    ]);
  });

  it('is told only where it was asked for by name, or nothing else is there', () => {
    expect(warnings({ range: { kind: 'range', from: '2021-01-28', to: '2021-01-31' } })).toEqual([]);
    expect(warnings({})).toHaveLength(2);
  });
});

describe('the latest of each task', () => {
  const newest = (given: Partial<Task>, now: string): string | undefined =>
    idsOf(pipeline([task('a', given)]), { tasks: ['a'] }, now)[0]?.slice('p/a/'.length);

  it.each<[string, Partial<Task>, string, string | undefined]>([
    ['without due: the last that has ended', {}, '2021-01-29T21:00:00Z', 'date=2021-01-28'],
    ['at the very end of its day', {}, '2021-01-30T05:00:00Z', 'date=2021-01-29'],
    ['before its due time', { due: { at: '18:00' } }, '2021-01-29T22:59:59Z', 'date=2021-01-28'],
    ['at its due time', { due: { at: '18:00' } }, '2021-01-29T23:00:00Z', 'date=2021-01-29'],
    ['over a weekend', { due: { at: '18:00' } }, '2021-01-31T12:00:00Z', 'date=2021-01-29'],
    ['due days later', { params: ['half'], due: { days: 14 } }, '2021-01-29T21:00:00Z', 'half=2020-12-16'],
    ['due before its period begins', { due: { hours: -48 } }, '2021-01-27T05:00:00Z', 'date=2021-01-28'],
    ['with until: from its period on', { until: { at: '23:59' } }, '2021-01-29T05:00:00Z', 'date=2021-01-29'],
    ['a month', { params: ['month'] }, '2021-02-01T05:00:00Z', 'month=2021-01'],
    ['none yet', { params: ['month'] }, '2021-02-01T04:59:59Z', undefined],
  ])('%s', (_name, given, now, expected) => {
    expect(newest(given, now)).toBe(expected);
  });

  it('with needs is the newest whose needs are due', () => {
    const own = pipeline([
      task('late', { due: { days: 1, at: '09:00' } }),
      task('early', { due: { at: '17:00' } }),
      task('a', {
        needs: [
          need('late'),
          need('early'),
          need('a', { select: select.offset(-1) }),
          need('later', { optional: true }),
        ],
      }),
      task('later', { due: { days: 9 } }),
    ]);
    expect(idsOf(own, { tasks: ['a'] }, '2021-01-29T13:59:59Z')).toEqual(['p/a/date=2021-01-27']);
    expect(idsOf(own, { tasks: ['a'] }, '2021-01-29T14:00:00Z')).toEqual(['p/a/date=2021-01-28']);
  });
});

describe('the scope', () => {
  // 26,000 instances: seconds where the machine is busy.
  it('goes back to start along offset, however far, without recursion', { timeout: 30_000 }, () => {
    const own = pipeline([task('a', { needs: [need('a', { select: select.offset(-1) })] })], {
      params: { date: { kind: 'time', name: 'date', type: 'date', start: '1950-01-01' } },
    });
    const scope = scopeOf(pipelines(own), request({ range: single('2021-01-28') }), NOW, expressions);
    expect(scope.instances).toHaveLength(25_961);
    expect(scope.instances[0]?.id).toBe('p/a/date=1950-01-01');
    const plan = planned(pipelines(own), request({ range: single('2021-01-28') }), knowledge({}));
    expect(plan.counts).toEqual({ missing: 25_961 });
    expect(plan.instances.at(-2)?.neededBy).toBe('p/a/date=2021-01-28');
  });

  it('says where instances need each other in a circle', () => {
    const own = pipeline([
      task('a', { needs: [need('b', { select: select.offset(1) })] }),
      task('b', { needs: [need('a', { select: select.offset(-1) })] }),
    ]);
    expect(problemsOf(own, { range: single('2021-01-28') })[0]?.message).toBe(
      'these instances need each other: p/a/date=2021-01-28 → p/b/date=2021-01-29 → p/a/date=2021-01-28',
    );
  });

  it('lists one stretch a task, ends included, in the order of the store', () => {
    const legs = { kind: 'static', keys: ['venue'], legs: [{ venue: 'a' }, { venue: 'a-b' }] } as const;
    const own = pipeline([
      task('prices', { matrix: legs }),
      task('b', { needs: [need('prices', { select: select.window(3), fanIn: ['venue'] })] }),
    ]);
    const given = request({ range: { kind: 'range', from: '2021-01-19', to: '2021-01-20' }, tasks: ['b'] });
    const { ranges } = scopeOf(pipelines(own), given, NOW, expressions);
    expect(ranges).toEqual([
      {
        pipeline: 'p',
        task: 'prices',
        keys: ['date', 'venue'],
        from: 'date=2021-01-14/venue=a-b',
        to: 'date=2021-01-20/venue=a',
      },
      { pipeline: 'p', task: 'b', keys: ['date'], from: 'date=2021-01-19', to: 'date=2021-01-20' },
    ]);
  });

  it('divides a long stretch at every thousandth instance, in the order of the store', () => {
    const legs = Array.from({ length: 120 }, (_, n) => ({ venue: `v-${n}` }));
    const own = pipeline([task('a', { matrix: { kind: 'static', keys: ['venue'], legs } })]);
    const given = request({ range: { kind: 'range', from: '2021-01-04', to: '2021-01-29' } });
    const { ranges, instances } = scopeOf(pipelines(own), given, NOW, expressions);
    const partitions = instances
      .map(({ id }) => `${id.slice('p/a/'.length)}.json`)
      .sort()
      .map((name) => name.slice(0, -'.json'.length));
    expect(partitions.length).toBeGreaterThan(2000);
    expect(ranges[0]?.splits).toEqual(partitions.filter((_, place) => place > 0 && place % 1000 === 0));
    const short = request({ range: { kind: 'range', from: '2021-01-04', to: '2021-01-08' } });
    expect(scopeOf(pipelines(own), short, NOW, expressions).ranges[0]).not.toHaveProperty('splits');
  });

  it('holds one object for one instance, whoever asks for it', () => {
    const own = pipeline([
      task('a', { matrix: venues }),
      task('b', { matrix: venues, needs: [need('a', { pair: [pairs('venue', 'matrix')] })] }),
    ]);
    const { instances } = scopeOf(pipelines(own), request({ range: single('2021-01-28') }), NOW, expressions);
    expect(new Set(instances.map((instance) => instance.id)).size).toBe(instances.length);
  });

  it('reads expressions as `check` does', () => {
    const own = pipeline([
      task('a', { params: ['date', 'region'], if: { expression: "params.region == 'us'", reads: 'params' } }),
      task('b', {
        needs: [
          need('a', {
            select: select.value('date', '${{ addDays(params.date, -1) }}'),
            pair: [{ key: 'region', source: 'value', value: 'us' }],
          }),
        ],
      }),
    ]);
    const scope = scopeOf(pipelines(own), request({ range: single('2021-01-28') }), NOW);
    expect(scope.instances.map((instance) => instance.id)).toEqual([
      'p/a/date=2021-01-28/region=us',
      'p/a/date=2021-01-27/region=us',
      'p/b/date=2021-01-28',
    ]);
  });

  it('wants manifests only where staleness or a setting is in question', () => {
    const own = pipeline([task('a', { params: ['date', 'top'] })]);
    const contents = (given: Partial<PlanRequest>): boolean =>
      scopeOf(pipelines(own), request({ range: single('2021-01-28'), ...given }), NOW, expressions).contents;
    expect(contents({})).toBe(false);
    expect(contents({ params: { top: 5 } })).toBe(true);
    expect(contents({ rebuild: { missing: false, failed: false, stale: true, all: false } })).toBe(true);
  });
});

describe('a partition by its own name', () => {
  const dated = (date: Param, ...tasks: readonly Task[]) =>
    pipeline([task('a', { params: ['date'] }), ...tasks], { params: { ...PARAMS, date } });
  const halved: Param = { kind: 'time', name: 'date', type: 'date', calendar: halves, start: '2021-01-01' };

  it('is meant by --date where a param `date` has it', () => {
    expect(idsOf(dated(halved), { range: single('2021-01-16') })).toEqual(['p/a/date=2021-01-16']);
    expect(idsOf(dated(halved), { range: single('2021-01-15') })).toEqual(['p/a/date=2021-01-01']);
  });

  it('is a month where the param `date` is one', () => {
    const monthly: Param = { kind: 'time', name: 'date', type: 'month', start: '2020-01' };
    const own = dated(monthly, task('b', { params: ['half'] }));
    expect(idsOf(own, { range: single('2020-12') })).toEqual(['p/a/date=2020-12']);
    expect(problemsOf(own, { range: single('2020-13') })).toHaveLength(1);
  });

  it('does not make another task run that has no such day', () => {
    const own = dated(halved, task('b', { params: ['month'] }));
    expect(idsOf(own, { range: single('2021-01-16') })).toEqual(['p/a/date=2021-01-16']);
  });

  it('keys of tasks without time are given beside it', () => {
    const own = pipeline([
      task('a', { params: ['half'] }),
      task('b', { params: ['region'] }),
      task('c', { params: [] }),
      task('d', { params: [], matrix: venues }),
    ]);
    const times = { half: single('2021-01-01') };
    expect(idsOf(own, { times })).toEqual(['p/a/half=2021-01-01']);
    expect([...idsOf(own, { times, params: { region: 'eu' } })].sort()).toEqual([
      'p/a/half=2021-01-01',
      'p/b/region=eu',
    ]);
    expect([...idsOf(own, { times, params: { venue: 'nyse' } })].sort()).toEqual([
      'p/a/half=2021-01-01',
      'p/d/venue=nyse',
    ]);
  });

  it('is asked for as it can be given', () => {
    const limit: Param = { kind: 'plain', name: 'limit', type: 'number', key: true };
    const own = pipeline([task('a', { params: ['limit'], keys: ['limit'] })], { params: { limit } });
    expect(problemsOf(own, {})[0]?.fix).toBe('Give -p limit=<number>.');
    expect(idsOf(own, { params: { limit: 3 } })).toEqual(['p/a/limit=3']);
  });
});

it('ten thousand legs that a list names are bound to each other without looking at each for each', () => {
  const ticker = {
    kind: 'dynamic',
    keys: ['ticker'],
    axes: { ticker: '${{ fromJSON(needs.list.outputs.symbols) }}' },
  } as const;
  const own = pipeline([
    task('list', { outputs: [{ kind: 'value', name: 'symbols' }] }),
    task('each', { needs: [need('list')], matrix: ticker }),
    task('second', {
      needs: [need('list'), need('each', { pair: [pairs('ticker', 'matrix')] })],
      matrix: ticker,
    }),
    task('all', { needs: [need('second', { fanIn: ['ticker'] })] }),
  ]);
  const symbols = JSON.stringify(Array.from({ length: 10_000 }, (_, n) => `S${n}`));
  const values = new Map([['p/list/date=2021-01-28', { symbols }]]);
  const { instances, placeholders } = scopeOf(
    pipelines(own),
    request({ range: single('2021-01-28') }),
    NOW,
    expressions,
    values,
  );
  expect([instances.length, placeholders.size]).toEqual([20_002, 0]);
  const last = instances.find(({ id }) => id.endsWith('second/date=2021-01-28/ticker=S9999'));
  expect(last?.bindings.map(({ need: { members } }) => members)).toEqual([
    ['p/list/date=2021-01-28'],
    ['p/each/date=2021-01-28/ticker=S9999'],
  ]);
});

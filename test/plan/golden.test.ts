import { describe, expect, it } from 'vitest';
import type { Pipeline, Task } from '../../runner/model/pipeline.ts';
import type { Knowledge, PlanRequest } from '../../runner/model/plan.ts';
import type { Manifest } from '../../runner/model/records.ts';
import {
  failure,
  halves,
  knowledge,
  made,
  manifest,
  need,
  PARAMS,
  pairs,
  pipeline,
  pipelines,
  request,
  select,
  task,
  wrapper,
} from './build.ts';
import { NOW, planned, table } from './table.ts';

interface Case {
  /** Also the golden file's name. */
  readonly name: string;
  readonly tasks: readonly Task[];
  readonly others?: readonly Pipeline[];
  readonly params?: Pipeline['params'];
  readonly request?: Partial<PlanRequest>;
  readonly knowledge?: Parameters<typeof knowledge>[0];
  readonly now?: string;
}

const day = (value: string): Partial<PlanRequest> => ({ range: { kind: 'single', value } });
const days = (from: string, to: string): Partial<PlanRequest> => ({ range: { kind: 'range', from, to } });
const venues = {
  kind: 'static',
  keys: ['venue'],
  legs: [
    { venue: 'nyse', suffix: 'N' },
    { venue: 'nasdaq', suffix: 'Q' },
  ],
} as const;

const a = task('a');
const readsA = (given: Parameters<typeof need>[1] = {}, more: Partial<Task> = {}): Task =>
  task('b', { needs: [need('a', given)], ...more });

const RULES: readonly Case[] = [
  { name: 'same', tasks: [a, readsA()], request: day('2021-01-28') },
  {
    name: 'same-adds-missing-upstream',
    tasks: [a, readsA()],
    request: { ...day('2021-01-28'), tasks: ['b'] },
  },
  {
    name: 'same-done-needs-no-upstream',
    tasks: [a, readsA()],
    request: { ...day('2021-01-28'), tasks: ['b'] },
    knowledge: { done: ['p/b/date=2021-01-28'] },
  },
  {
    name: 'window',
    tasks: [a, readsA({ select: select.window(5), atLeast: 1 })],
    request: { ...day('2021-01-20'), tasks: ['b'] },
    knowledge: { done: ['p/a/date=2021-01-14', 'p/a/date=2021-01-15', 'p/a/date=2021-01-20'] },
  },
  {
    name: 'window-clipped-at-start',
    tasks: [a, readsA({ select: select.window(5), atLeast: 1 })],
    request: { ...day('2021-01-05'), tasks: ['b'] },
  },
  {
    name: 'window-fan-in',
    tasks: [task('a', { matrix: venues }), readsA({ select: select.window(2), fanIn: ['venue'] })],
    request: { ...day('2021-01-05'), tasks: ['b'] },
  },
  {
    name: 'latest',
    tasks: [
      task('fails', { params: ['half'], due: { days: 14 } }),
      task('b', {
        due: { at: '18:00' },
        needs: [need('fails', { select: select.latest('half'), optional: true })],
      }),
    ],
    request: { ...days('2021-01-13', '2021-01-15'), tasks: ['b'] },
  },
  {
    name: 'latest-none-yet',
    tasks: [
      task('fails', { params: ['half'], due: { days: 60 } }),
      task('b', { needs: [need('fails', { select: select.latest('half') })] }),
      task('c', { needs: [need('fails', { select: select.latest('half'), optional: true })] }),
    ],
    request: day('2021-01-13'),
  },
  {
    name: 'offset',
    tasks: [task('b', { needs: [need('b', { select: select.offset(-1) })] })],
    request: day('2021-01-06'),
  },
  {
    name: 'offset-stops-at-what-is-done',
    tasks: [task('b', { needs: [need('b', { select: select.offset(-1) })] })],
    request: day('2021-01-28'),
    knowledge: { done: ['p/b/date=2021-01-26'] },
  },
  {
    name: 'within',
    tasks: [
      a,
      task('monthly', {
        params: ['month'],
        needs: [need('a', { select: select.within('date', 'month'), atLeast: 1 })],
      }),
    ],
    request: { ...day('2021-01-31'), tasks: ['monthly'] },
    now: '2021-02-02T00:00:00Z',
    knowledge: {
      done: ['04 05 06 07 08', '11 12 13 14 15', '19 20 21 22', '25 26 27'].flatMap((week) =>
        week.split(' ').map((n) => `p/a/date=2021-01-${n}`),
      ),
    },
  },
  {
    name: 'around',
    tasks: [
      task('fails', { params: ['half'] }),
      task('b', { needs: [need('fails', { select: select.around('half', 'date') })] }),
    ],
    request: { ...day('2021-01-14'), tasks: ['b'] },
  },
  {
    name: 'pairs-and-fan-in',
    tasks: [
      task('a', { matrix: venues }),
      task('b', { matrix: venues, needs: [need('a', { pair: [pairs('venue', 'matrix')] })] }),
      task('c', { needs: [need('b', { fanIn: ['venue'] })] }),
    ],
    request: day('2021-01-28'),
  },
  {
    name: 'choice-keys',
    tasks: [
      task('a', { params: ['date', 'region'] }),
      task('b', { params: ['date'], needs: [need('a', { fanIn: ['region'] })] }),
    ],
    request: day('2021-01-28'),
  },
  {
    name: 'params-override',
    tasks: [
      task('a', { params: ['date', 'symbol'] }),
      task('b', {
        matrix: venues,
        needs: [need('a', { pair: [{ key: 'symbol', source: 'value', value: 'X${{ matrix.suffix }}' }] })],
      }),
      task('c', {
        needs: [
          need('a', {
            name: 'first',
            select: select.value('date', '2021-01-04'),
            pair: [{ key: 'symbol', source: 'value', value: 'SPY' }],
          }),
        ],
      }),
    ],
    request: { ...day('2021-01-28'), tasks: ['b', 'c'] },
  },
  {
    name: 'without-keys',
    tasks: [task('a', { params: [] }), task('b', { needs: [need('a', { select: select.untimed })] })],
    request: day('2021-01-28'),
  },
  {
    name: 'hours-of-a-day',
    tasks: [
      task('a', { params: ['hour'] }),
      task('b', { needs: [need('a', { select: select.within('hour', 'date') })] }),
    ],
    request: { ...day('2021-01-28'), tasks: ['b'] },
  },
  {
    name: 'another-pipeline',
    tasks: [task('b', { needs: [need('copy/main', { select: select.same() })] })],
    others: [pipeline([task('main')], { name: 'copy' })],
    request: days('2021-01-27', '2021-01-29'),
    knowledge: { done: ['copy/main/date=2021-01-27'] },
  },
  {
    name: 'matrix-known-at-run-time',
    tasks: [
      task('list', { outputs: [{ kind: 'value', name: 'symbols' }] }),
      task('each', {
        needs: [need('list')],
        matrix: {
          kind: 'dynamic',
          keys: ['ticker'],
          axes: { ticker: '${{ fromJSON(needs.list.outputs.symbols) }}' },
        },
      }),
      task('all', { needs: [need('each', { fanIn: ['ticker'] })] }),
    ],
    request: day('2021-01-28'),
  },
];

const NOT_THERE: readonly Case[] = [
  {
    name: 'skipped-need',
    tasks: [
      a,
      readsA(),
      task('c', { needs: [need('b')] }),
      task('d', { needs: [need('a', { optional: true })] }),
    ],
    request: day('2021-01-28'),
    knowledge: {
      manifests: [manifest('p/a/date=2021-01-28', { outcome: 'skipped', reason: 'exit 66: no data' })],
    },
  },
  {
    name: 'lost-need',
    tasks: [
      task('a', { until: { at: '23:59' } }),
      readsA(),
      task('c', { needs: [need('a', { optional: true })] }),
    ],
    request: day('2021-01-28'),
  },
  {
    name: 'lost-in-a-window',
    tasks: [
      task('a', { until: { at: '23:59' } }),
      readsA({ select: select.window(3) }),
      task('c', { needs: [need('a', { select: select.window(3), atLeast: 3 })] }),
    ],
    request: { ...day('2021-01-28'), tasks: ['b', 'c'] },
    knowledge: { done: ['p/a/date=2021-01-27'] },
  },
  {
    name: 'too-few-in-a-window',
    tasks: [
      a,
      readsA({ select: select.window(5) }),
      task('c', { needs: [need('b')] }),
      task('d', { needs: [need('b', { select: select.offset(-1) })] }),
    ],
    request: day('2021-01-05'),
  },
  ...(
    [
      ['down-to-at-least', { atLeast: 2, optional: true }, '2021-01-28', ['27', '28'], ['26']],
      ['below-at-least-by-failures', { atLeast: 2, optional: true }, '2021-01-28', ['28'], ['26', '27']],
      ['without-at-least', { optional: true }, '2021-01-28', [], ['26', '27', '28']],
      ['clipped-at-start', { atLeast: 2, optional: true }, '2021-01-04', ['04'], []],
      ['not-optional', { atLeast: 2 }, '2021-01-28', ['27', '28'], ['26']],
    ] as const
  ).map(([name, given, date, done, failed]) => ({
    name: `optional-window-${name}`,
    tasks: [a, readsA({ select: select.window(3), ...given })],
    request: {
      ...day(date),
      tasks: ['b'],
      rebuild: { missing: true, failed: false, stale: false, all: false },
    },
    knowledge: {
      done: done.map((n) => `p/a/date=2021-01-${n}`),
      failures: failed.map((n) => failure(`p/a/date=2021-01-${n}`)),
    },
  })),
  {
    name: 'optional-window-waits-for-enough',
    tasks: [
      task('a', { due: { days: 1 } }),
      readsA({ select: select.window(3), atLeast: 2, optional: true }, { due: { at: '12:00' } }),
    ],
    request: {
      ...day('2021-01-28'),
      tasks: ['b'],
      rebuild: { missing: true, failed: false, stale: false, all: false },
    },
    knowledge: { done: ['p/a/date=2021-01-26'], failures: [failure('p/a/date=2021-01-27')] },
    now: '2021-01-28T21:00:00Z',
  },
  {
    name: 'not-in-range-members-count',
    tasks: [
      a,
      readsA({ select: select.window(2) }),
      task('c', { needs: [need('b', { select: select.window(2) })] }),
      task('d', { needs: [need('b', { select: select.window(2), atLeast: 1 })] }),
    ],
    request: days('2021-01-04', '2021-01-05'),
    knowledge: { done: ['p/a/date=2021-01-04', 'p/a/date=2021-01-05'] },
  },
  {
    name: 'before-the-targets-start',
    tasks: [
      task('fails', { params: ['half'] }),
      task('b', { needs: [need('fails', { select: select.around('half', 'date') })] }),
      task('c', { needs: [need('fails', { select: select.around('half', 'date'), optional: true })] }),
    ],
    params: { half: { kind: 'time', name: 'half', type: 'date', calendar: halves, start: '2021-01-16' } },
    request: day('2021-01-06'),
  },
  {
    name: 'optional-with-a-deadline-is-awaited',
    tasks: [
      task('a', { due: { at: '15:00' }, deadline: { at: '21:00' } }),
      readsA({ optional: true }, { due: { at: '15:00' } }),
    ],
    request: { ...day('2021-01-29'), rebuild: { missing: true, failed: false, stale: false, all: false } },
    knowledge: { failures: [failure('p/a/date=2021-01-29')] },
  },
  {
    name: 'optional-past-its-deadline-is-left-out',
    tasks: [
      task('a', { due: { at: '15:00' }, deadline: { at: '15:30' } }),
      readsA({ optional: true }, { due: { at: '15:00' } }),
    ],
    request: { ...day('2021-01-29'), rebuild: { missing: true, failed: false, stale: false, all: false } },
    knowledge: { failures: [failure('p/a/date=2021-01-29')] },
  },
  {
    name: 'if-on-params-removes',
    tasks: [
      task('a', { params: ['date', 'region'], if: { expression: "params.region == 'us'", reads: 'params' } }),
      task('b', { params: ['date', 'region'], needs: [need('a', { pair: [pairs('region', 'param')] })] }),
      task('c', { needs: [need('a', { fanIn: ['region'] })] }),
    ],
    request: day('2021-01-28'),
  },
];

const STATES: readonly Case[] = [
  { name: 'nothing-due-yet', tasks: [task('m', { params: ['month'] })] },
  {
    name: 'waiting-pulls-what-can-be-made',
    tasks: [
      task('a', { due: { at: '16:00' } }),
      task('late', { due: { at: '23:00' } }),
      task('c', { needs: [need('a'), need('late')] }),
    ],
    request: { ...day('2021-01-29'), tasks: ['c'] },
    now: '2021-01-30T03:00:00Z',
    params: { date: { kind: 'time', name: 'date', type: 'date', start: '2021-01-04' } },
  },
  {
    name: 'waiting-for-its-due-time',
    tasks: [task('a', { due: { at: '18:00' } }), readsA(), task('c', { needs: [need('b')] })],
    request: day('2021-01-29'),
  },
  {
    name: 'latest-is-the-newest-due',
    tasks: [
      task('a', { due: { at: '18:00' } }),
      task('b', { due: { at: '15:00' } }),
      task('m', { params: ['month'] }),
      task('n', { params: [] }),
    ],
  },
  {
    name: 'failed',
    tasks: [a, readsA()],
    request: day('2021-01-28'),
    knowledge: { failures: [failure('p/a/date=2021-01-28', { count: 3 })] },
  },
  {
    name: 'blocked',
    tasks: [a, readsA(), task('c', { needs: [need('b')] })],
    request: { ...day('2021-01-28'), rebuild: { missing: true, failed: false, stale: false, all: false } },
    knowledge: { failures: [failure('p/a/date=2021-01-28')] },
  },
  {
    name: 'running-elsewhere',
    tasks: [a, readsA()],
    request: day('2021-01-28'),
    knowledge: { running: ['p/a/date=2021-01-28'] },
  },
  {
    name: 'unpublished',
    tasks: [a, readsA()],
    request: day('2021-01-28'),
    knowledge: { done: ['p/a/date=2021-01-28', 'p/b/date=2021-01-28'], publishing: ['p/a/date=2021-01-28'] },
  },
  {
    name: 'cleared',
    tasks: [a, readsA()],
    request: day('2021-01-28'),
    knowledge: {
      done: ['p/b/date=2021-01-28'],
      manifests: [manifest('p/a/date=2021-01-28', { outcome: 'void', reason: 'sluice clear' })],
    },
  },
  {
    name: 'wrapper',
    tasks: [
      task('a', { due: { at: '16:00' } }),
      task('b'),
      wrapper('all', { needs: [need('a'), need('b')] }),
      task('c', { needs: [need('all')] }),
    ],
    request: days('2021-01-27', '2021-01-28'),
    knowledge: { done: ['p/a/date=2021-01-27', 'p/b/date=2021-01-27', 'p/a/date=2021-01-28'] },
  },
  {
    name: 'hook',
    tasks: [
      a,
      task('b'),
      task('tell', {
        params: ['top'],
        kind: 'hook',
        after: ['a'],
        if: { expression: 'always()', reads: 'status' },
      }),
    ],
    request: day('2021-01-28'),
  },
  {
    name: 'hook-without-work',
    tasks: [
      a,
      task('tell', {
        params: [],
        kind: 'hook',
        after: ['a'],
        if: { expression: 'always()', reads: 'status' },
      }),
    ],
    request: day('2021-01-28'),
    knowledge: { done: ['p/a/date=2021-01-28'] },
  },
  {
    name: 'hook-after-what-is-done',
    tasks: [
      a,
      task('b'),
      task('tell', {
        params: [],
        kind: 'hook',
        after: ['a'],
        if: { expression: 'always()', reads: 'status' },
      }),
    ],
    request: day('2021-01-28'),
    knowledge: { done: ['p/a/date=2021-01-28'] },
  },
  {
    name: 'changed-keys',
    tasks: [task('a', { params: ['date', 'region'] })],
    request: day('2021-01-28'),
    knowledge: { done: ['p/a/date=2021-01-28', 'p/a/date=2021-01-27'], taskKeys: { 'p/a': ['date'] } },
  },
  {
    // The 18th was no holiday when it was made.
    name: 'date-that-left-its-calendar',
    tasks: [a],
    request: days('2021-01-15', '2021-01-19'),
    knowledge: { done: ['15', '18', '19'].map((n) => `p/a/date=2021-01-${n}`) },
  },
];

const rebuild = (words: string): Partial<PlanRequest> => ({
  rebuild: {
    missing: words.includes('missing'),
    failed: words.includes('failed'),
    stale: words.includes('stale'),
    all: words.includes('all'),
  },
});
const chain = [a, readsA(), task('c', { needs: [need('b')] })];
const D = 'date=2021-01-28';
const chainMade = [
  made(pipeline(chain), 'a', D),
  made(pipeline(chain), 'b', D, [['a', `p/a/${D}`]]),
  made(pipeline(chain), 'c', D, [['b', `p/b/${D}`]]),
];
const changedScript = chain.map((one) => (one.name === 'a' ? { ...one, run: 'false' } : one));

const skipped = (id: string, given: Parameters<typeof manifest>[1] = {}) =>
  manifest(id, { outcome: 'skipped', reason: 'exit status 66: there is no data', ...given });

const REBUILDS: readonly Case[] = [
  {
    name: 'stale-nothing-changed',
    tasks: chain,
    request: { ...day('2021-01-28'), ...rebuild('stale') },
    knowledge: { manifests: chainMade },
  },
  {
    name: 'stale-script',
    tasks: changedScript,
    request: { ...day('2021-01-28'), ...rebuild('stale') },
    knowledge: { manifests: chainMade },
  },
  {
    name: 'stale-of-a-named-task',
    tasks: changedScript,
    request: { ...day('2021-01-28'), ...rebuild('stale'), tasks: ['c'] },
    knowledge: { manifests: chainMade },
  },
  {
    name: 'stale-input',
    tasks: chain,
    request: { ...day('2021-01-28'), ...rebuild('stale') },
    knowledge: {
      manifests: chainMade.map((one, index) => (index === 0 ? { ...one, contentDigest: 'other' } : one)),
    },
  },
  {
    name: 'stale-late-optional',
    tasks: [a, readsA({ optional: true })],
    request: { ...day('2021-01-28'), ...rebuild('stale') },
    knowledge: {
      manifests: [
        made(pipeline([a]), 'a', D),
        {
          ...made(pipeline([a, readsA({ optional: true })]), 'b', D),
          omitted: [{ need: 'a', instance: `p/a/${D}` }],
        },
      ],
    },
  },
  {
    name: 'stale-setting',
    tasks: [task('a', { params: ['date', 'top'] }), readsA()],
    request: { ...day('2021-01-28'), ...rebuild('stale'), params: { top: 20 } },
    knowledge: {
      manifests: [
        made(pipeline([task('a', { params: ['date', 'top'] })]), 'a', D),
        made(pipeline([readsA()]), 'b', D, [['a', `p/a/${D}`]]),
      ],
    },
  },
  {
    name: 'setting-is-said-not-rerun',
    tasks: [task('a', { params: ['date', 'top'] })],
    request: { ...day('2021-01-28'), params: { top: 20 } },
    knowledge: { manifests: [made(pipeline([task('a', { params: ['date', 'top'] })]), 'a', D)] },
  },
  {
    name: 'rebuild-all-of-a-named-task',
    tasks: chain,
    request: { ...day('2021-01-28'), ...rebuild('all'), tasks: ['b'] },
    knowledge: { manifests: chainMade.slice(1) },
  },
  {
    name: 'rebuild-all-through-a-wrapper',
    tasks: [a, wrapper('w', { needs: [need('a')] }), task('c', { needs: [need('w')] })],
    request: { ...day('2021-01-28'), ...rebuild('all') },
    knowledge: { done: [`p/a/${D}`, `p/c/${D}`] },
  },
  {
    name: 'stale-before-a-wrapper',
    tasks: [{ ...a, run: 'false' }, wrapper('w', { needs: [need('a')] }), task('c', { needs: [need('w')] })],
    request: { ...day('2021-01-28'), ...rebuild('stale') },
    knowledge: {
      manifests: [made(pipeline([a]), 'a', D), made(pipeline([task('c', { needs: [need('w')] })]), 'c', D)],
    },
  },
  {
    name: 'rebuild-after-until-is-refused',
    tasks: [task('a', { until: { at: '23:59' } })],
    request: { ...day('2021-01-28'), ...rebuild('all') },
    knowledge: { done: [`p/a/${D}`] },
  },
  {
    name: 'rebuild-that-failed',
    tasks: [a, readsA()],
    request: day('2021-01-28'),
    knowledge: { done: [`p/a/${D}`, `p/b/${D}`], failures: [failure(`p/a/${D}`, { over: 'r-1' })] },
  },
  {
    name: 'downstream',
    tasks: [
      a,
      readsA({ select: select.window(3), atLeast: 1 }),
      task('c', { needs: [need('b')] }),
      task('other', { needs: [] }),
    ],
    request: { ...day('2021-01-26'), tasks: ['a'], downstream: true },
    knowledge: {
      done: ['20', '21', '22', '25', '26', '27', '28', '29'].flatMap((n) =>
        ['a', 'b', 'c', 'other']
          .map((name) => `p/${name}/date=2021-01-${n}`)
          .filter((id) => id !== 'p/a/date=2021-01-26'),
      ),
    },
    now: '2021-01-30T12:00:00Z',
  },
  {
    name: 'downstream-past-a-skip',
    tasks: [
      a,
      readsA({}, { if: { expression: "needs.a.outputs.x == '1'", reads: 'needs' } }),
      task('c', { needs: [need('b')] }),
      task('d', { needs: [need('c', { optional: true })] }),
    ],
    request: { ...day('2021-01-28'), ...rebuild('all'), tasks: ['a'], downstream: true },
    knowledge: { manifests: [manifest(`p/a/${D}`), skipped(`p/b/${D}`), manifest(`p/d/${D}`)] },
  },
  {
    name: 'skip-with-another-setting',
    tasks: [task('a', { params: ['date', 'top'] }), readsA()],
    request: { ...day('2021-01-28'), params: { top: 20 } },
    knowledge: { manifests: [skipped(`p/a/${D}`, { settings: { top: 50 } })] },
  },
  {
    name: 'skip-whose-rebuild-failed',
    tasks: [a, readsA()],
    request: { ...day('2021-01-28'), rebuild: { missing: true, failed: false, stale: false, all: false } },
    knowledge: { manifests: [skipped(`p/a/${D}`)], failures: [failure(`p/a/${D}`, { over: 'r-1' })] },
  },
  {
    name: 'cleared-and-then-failed',
    tasks: [a, readsA()],
    request: { ...day('2021-01-28'), rebuild: { missing: true, failed: false, stale: false, all: false } },
    knowledge: {
      manifests: [manifest(`p/a/${D}`, { outcome: 'void' })],
      failures: [failure(`p/a/${D}`)],
    },
  },
  ...(['missing', 'stale', 'all'] as const).map((what) => ({
    name: `unpublished-and-rebuild-${what}`,
    tasks: [{ ...a, run: 'false' }, readsA()],
    request: { ...day('2021-01-28'), ...(what === 'missing' ? {} : rebuild(what)) },
    knowledge: {
      manifests: [made(pipeline([a]), 'a', D), made(pipeline([readsA()]), 'b', D, [['a', `p/a/${D}`]])],
      publishing: [`p/a/${D}`, `p/b/${D}`],
    },
  })),
  {
    name: 'unpublished-and-its-setting-differs',
    tasks: [task('a', { params: ['date', 'top'] })],
    request: { ...day('2021-01-28'), params: { top: 20 } },
    knowledge: { manifests: [manifest(`p/a/${D}`, { settings: { top: 50 } })], publishing: [`p/a/${D}`] },
  },
  {
    name: 'downstream-of-nothing-new',
    tasks: [a, readsA()],
    request: { ...day('2021-01-26'), tasks: ['a'], downstream: true },
    knowledge: { done: ['p/a/date=2021-01-26', 'p/b/date=2021-01-26'] },
  },
];

/** What a run of it would leave. */
function madeBy(one: Pick<Case, 'tasks' | 'params' | 'request' | 'now'>): readonly Manifest[] {
  const own = pipeline(one.tasks, one.params && { params: { ...PARAMS, ...one.params } });
  const plan = planned(pipelines(own), request(one.request), knowledge({}), one.now ?? NOW);
  return plan.instances.flatMap(({ id, task: name, needs, action }) =>
    action === 'none'
      ? []
      : made(
          own,
          name,
          id.split('/').slice(2).join('/'),
          needs.flatMap((one) => one.members.map((member): [string, string] => [one.name, member])),
        ),
  );
}

/** `d` of a day needs `m` of the month around it, which needs `a` of all its days: most of them on other days. */
const MONTHLY = {
  tasks: [
    a,
    task('m', {
      params: ['month'],
      due: { days: -40 },
      needs: [need('a', { select: select.within('date', 'month'), atLeast: 1 })],
    }),
    task('d', { needs: [need('m', { select: select.around('month', 'date') })] }),
  ],
  params: { date: { kind: 'time', name: 'date', type: 'date', start: '2021-01-28' } },
  request: day('2021-01-30'),
  now: '2021-02-02T00:00:00Z',
} as const;
const monthly = (edited: 'a' | 'm', given: Partial<PlanRequest> = {}) => ({
  ...MONTHLY,
  tasks: MONTHLY.tasks.map((one) => (one.name === edited ? { ...one, run: 'false' } : one)),
  request: { ...MONTHLY.request, ...rebuild('missing,failed,stale'), ...given },
  knowledge: { manifests: madeBy(MONTHLY) },
});

const LATEST: readonly Task[] = [
  task('fails', { params: ['half'], outputs: [{ kind: 'path', path: 'x', allowEmpty: true }] }),
  task('b', { needs: [need('fails', { select: select.latest('half') })] }),
];
const published = LATEST.map((one) =>
  one.name === 'fails'
    ? {
        ...one,
        outputs: [
          {
            kind: 'path',
            path: 'x',
            allowEmpty: true,
            publish: { path: 'x/${{ params.half }}', newest: false },
          },
        ] as const,
      }
    : one,
);

const latestMade = madeBy({ tasks: LATEST, request: day('2021-01-28') }).map((one) => ({
  ...one,
  objects: one.instance.startsWith('p/fails/') ? [{ path: 'x', bytes: 1, sha256: 'x' }] : [],
}));

const BEYOND: readonly Case[] = [
  { name: 'stale-above-on-other-days', ...monthly('a') },
  { name: 'stale-above-of-another-grain', ...monthly('m') },
  { name: 'stale-above-of-tasks-that-are-not-named', ...monthly('a', { tasks: ['d'] }) },
  { name: 'stale-above-between-those-that-are-named', ...monthly('a', { tasks: ['a', 'd'] }) },
  { name: 'stale-above-is-said-by-a-plain-plan', ...monthly('a', rebuild('missing,failed')) },
  {
    name: 'stale-above-that-cannot-be-made-any-more',
    ...monthly('a'),
    tasks: monthly('a').tasks.map((one) => (one.name === 'a' ? { ...one, until: { days: 1 } } : one)),
  },
  {
    name: 'stale-above-by-a-rebuild-that-failed',
    ...monthly('a'),
    knowledge: {
      manifests: madeBy(MONTHLY),
      failures: [failure('p/a/date=2021-01-28', { over: 'r-1' })],
    },
  },
  {
    name: 'stale-above-by-a-skip',
    ...monthly('a'),
    knowledge: {
      manifests: madeBy(MONTHLY).map((one) =>
        one.instance === 'p/a/date=2021-01-28' ? { ...one, outcome: 'skipped', reason: 'no data' } : one,
      ),
    },
  },
  {
    name: 'stale-above-a-skip-that-may-turn',
    tasks: [{ ...a, run: 'false' }, readsA(), task('c', { needs: [need('b')] })],
    request: { ...day('2021-01-28'), ...rebuild('missing,failed,stale'), tasks: ['c'] },
    knowledge: {
      manifests: [
        made(pipeline([a]), 'a', D),
        { ...made(pipeline([readsA()]), 'b', D, [['a', `p/a/${D}`]]), outcome: 'skipped', reason: 'no data' },
      ],
    },
  },
  {
    name: 'cleared-above-hides-what-is-stale',
    ...monthly('a'),
    knowledge: { manifests: madeBy(MONTHLY).filter(({ instance }) => instance !== 'p/m/month=2021-01') },
  },
  {
    name: 'publish-that-is-declared-later-on-the-latest',
    tasks: published,
    request: { ...day('2021-01-28'), ...rebuild('missing,failed,stale') },
    knowledge: { manifests: latestMade },
  },
  {
    name: 'publish-that-is-declared-later-is-said-by-a-plain-plan',
    tasks: published,
    request: { ...day('2021-01-28'), tasks: ['b'] },
    knowledge: { manifests: latestMade },
  },
  {
    name: 'unpublished-above',
    tasks: LATEST,
    request: day('2021-01-28'),
    knowledge: {
      manifests: latestMade,
      publishing: ['p/fails/half=2021-01-01'],
    },
  },
  {
    name: 'stale-above-in-another-pipeline',
    tasks: [task('b', { needs: [need('copy/main')] })],
    others: [pipeline([task('main', { run: 'false' })], { name: 'copy' })],
    request: { ...day('2021-01-28'), ...rebuild('missing,failed,stale') },
    knowledge: {
      manifests: [
        made(pipeline([task('main')], { name: 'copy' }), 'main', D),
        made(pipeline([task('b', { needs: [need('copy/main')] })]), 'b', D, [
          ['copy/main', `copy/main/${D}`],
        ]),
      ],
    },
  },
];

describe.each([
  ['rules', RULES],
  ['not-there', NOT_THERE],
  ['states', STATES],
  ['rebuild', REBUILDS],
  ['beyond', BEYOND],
] as const)('the plan: %s', (folder, cases) => {
  it.each(cases)('$name', async (one) => {
    const own = pipeline(one.tasks, one.params && { params: { ...PARAMS, ...one.params } });
    const known: Knowledge = knowledge(one.knowledge ?? {});
    const plan = planned(pipelines(own, ...(one.others ?? [])), request(one.request), known, one.now ?? NOW);
    await expect(table(plan)).toMatchFileSnapshot(`../golden/plan/${folder}/${one.name}.txt`);
  });
});

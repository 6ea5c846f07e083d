import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NeedRule, Param, Pipeline, Select, Task } from '../../runner/model/pipeline.ts';
import type { Plan, PlanRequest } from '../../runner/model/plan.ts';
import type { Report } from '../../runner/model/report.ts';
import { makePlan } from '../../runner/plan/plan.ts';
import { scopeOf } from '../../runner/plan/scope/scope.ts';
import type { Script } from './scripted-engine.ts';
import { createWorld, pipeline, planOf, rule, start, task, type World } from './world.ts';

/** What can be written in the file: another script, other data, a default. */
interface Written {
  /** By task: its script, and with it its content. */
  readonly scripts: Readonly<Record<string, number>>;
  readonly top: number;
}

type Step =
  | { readonly kind: 'edit'; readonly task: string; readonly script: number }
  | { readonly kind: 'default'; readonly top: number }
  | { readonly kind: 'run'; readonly request: Partial<PlanRequest> };

const select = {
  same: { kind: 'same', key: 'date', from: 'date' },
  window: { kind: 'window', key: 'date', from: 'date', last: 3 },
  yesterday: { kind: 'offset', key: 'date', from: 'date', offset: -1 },
  within: { kind: 'within', key: 'date', from: 'month' },
  around: { kind: 'around', key: 'month', from: 'date' },
  latest: { kind: 'latest', key: 'month', from: 'date' },
} as const satisfies Readonly<Record<string, Select>>;

function reads(name: string, how: keyof typeof select, more: Partial<NeedRule> = {}): NeedRule {
  return { ...rule(name), select: select[how], ...more };
}

const out = { kind: 'path', path: 'out.txt', allowEmpty: false } as const;
const value = { kind: 'value', name: 'way' } as const;
const daily = { params: ['date'], keys: ['date'], timeKey: 'date', outputs: [out] } as const;

/** Windows, months, yesterdays, the latest, what is skipped by a value and what has no data: each across days. */
const TASKS: readonly Task[] = [
  task('source', { ...daily, outputs: [out, value] }),
  task('month', {
    params: ['month'],
    keys: ['month'],
    timeKey: 'month',
    outputs: [out],
    needs: [reads('source', 'within', { atLeast: 1 })],
  }),
  task('day', { ...daily, needs: [reads('month', 'around')] }),
  task('gate', {
    ...daily,
    needs: [reads('source', 'same')],
    if: { expression: "needs.source.outputs.way == 'left'", reads: 'needs' },
  }),
  task('window', {
    ...daily,
    params: ['date', 'top'],
    needs: [reads('source', 'window', { atLeast: 1 }), reads('gate', 'window', { optional: true })],
  }),
  task('score', {
    ...daily,
    needs: [reads('window', 'same'), reads('score', 'yesterday', { optional: true })],
  }),
  task('newest', { ...daily, needs: [reads('month', 'latest', { optional: true }), reads('gate', 'same')] }),
];
const NAMES = TASKS.map(({ name }) => name);

function written({ scripts, top }: Written): Pipeline {
  const params: Readonly<Record<string, Param>> = {
    date: { kind: 'time', name: 'date', type: 'date', start: '2021-01-28' },
    month: { kind: 'time', name: 'month', type: 'month', start: '2021-01' },
    top: { kind: 'plain', name: 'top', type: 'number', key: false, default: top },
  };
  const tasks = TASKS.map((one) => ({ ...one, run: `script ${scripts[one.name] ?? 0}` }));
  return pipeline(tasks, { params });
}

/** Its content is a function of script, setting and inputs; some scripts find no data on some days, or equal content. */
function contentBy({ scripts, top }: Written): Script {
  return ({ instance, inputs }) => {
    const [, name = '', partition = ''] = instance.split('/');
    const script = scripts[name] ?? 0;
    const lastDigit = Number(partition.at(-1));
    if (script === 3 && name === 'source' && lastDigit % 2 === 0) return { exitCode: 66 };
    const read = inputs.flatMap(({ to, objects }) =>
      objects.map(({ path, sha256 }) => `${to}/${path} ${sha256}`),
    );
    const own = script === 2 ? 'equal to 0' : `script ${script}`;
    const text = [
      name,
      partition,
      own.replace('equal to 0', 'script 0'),
      name === 'window' ? top : '',
      ...read.sort(),
    ];
    return {
      files: { 'out.txt': createHash('sha256').update(text.join('\n')).digest('hex') },
      ...(name === 'source' && { values: { way: (script + lastDigit) % 3 === 0 ? 'right' : 'left' } }),
    };
  };
}

const NOW_HOURS = 50;

async function worldNow(): Promise<World> {
  const world = await createWorld();
  await world.clock.advance(NOW_HOURS * 3600);
  return world;
}

async function run(
  world: World,
  now: Written,
  given: Partial<PlanRequest>,
): Promise<{ readonly plan: Plan; readonly report: Report }> {
  const own = written(now);
  const pipelines = new Map([['p', own]]);
  const at = new Date(world.clock.now()).toISOString();
  const scope = scopeOf(pipelines, { ...planOf([]).request, ...given }, at);
  const { contents, glance } = scope;
  const knowledge = await world.ledger.readKnowledge(scope.ranges, { contents, glance });
  const plan = makePlan(pipelines, scope, knowledge, at);
  const { report } = start(world, Object.values(own.tasks), plan.instances, contentBy(now), { pipelines });
  return { plan, report: await report };
}

const DAYS = ['2021-01-28', '2021-01-29', '2021-01-30', '2021-01-31', '2021-02-01', '2021-02-02'];
const ranges: fc.Arbitrary<PlanRequest['range']> = fc.oneof(
  fc.constant({ kind: 'latest' } as const),
  fc.constantFrom(...DAYS).map((day) => ({ kind: 'range', from: day, to: day }) as const),
  fc.tuple(fc.nat(5), fc.nat(5)).map(([one, other]) => {
    const [from = '', to = ''] = [DAYS[one] ?? '', DAYS[other] ?? ''].sort();
    return { kind: 'range', from, to } as const;
  }),
);
const PLAIN = { missing: true, failed: true, stale: false, all: false } as const;
const requests = fc.record({
  range: ranges,
  tasks: fc.oneof(fc.constant([]), fc.subarray(NAMES, { minLength: 1, maxLength: 3 })),
  rebuild: fc.constantFrom(PLAIN, { ...PLAIN, stale: true }, { ...PLAIN, stale: true }),
});
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      task: fc.constantFrom(...NAMES),
      script: fc.nat(3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('default' as const), top: fc.constantFrom(20, 50) }),
  },
  { weight: 3, arbitrary: requests.map((request) => ({ kind: 'run' as const, request })) },
);

function after(before: Written, step: Step): Written {
  switch (step.kind) {
    case 'edit':
      return { ...before, scripts: { ...before.scripts, [step.task]: step.script } };
    case 'default':
      return { ...before, top: step.top };
    case 'run':
      return before;
  }
}

/** What stands in the store, without who made it. */
async function standing(world: World, id: string): Promise<string> {
  const found = (await world.ledger.readManifest(id))?.manifest;
  return found === undefined ? 'nothing' : `${found.outcome} ${found.contentDigest}`;
}

/** The command that is printed, as the request that it is. */
function typed(words: readonly string[], request: Partial<PlanRequest>): Partial<PlanRequest> {
  const flags = words.findIndex((word) => word.startsWith('--'));
  expect(words.slice(0, 3)).toEqual(['sluice', 'run', 'p']);
  expect(words.slice(-2)).toEqual(['--rebuild', 'stale']);
  return { ...request, tasks: words.slice(3, flags) };
}

/** Which of the asked ones differ from those that were made from scratch, with what was told of them. */
async function differing(
  [world, { plan, report }]: Ran,
  [scratch, made]: Ran,
): Promise<
  readonly { readonly id: string; readonly told: string | undefined; readonly wanted: string | undefined }[]
> {
  const found = [];
  for (const { id, asked } of plan.instances) {
    const there = await standing(scratch, id);
    if (!asked || (await standing(world, id)) === there) continue;
    const told = report.instances.find((one) => one.id === id)?.state;
    const fromScratch = made.report.instances.find((one) => one.id === id)?.state;
    // A skip that is derived is stored by nobody: what was made before stands, and is not called done.
    if (there !== 'nothing' || told !== fromScratch) found.push({ id, told, wanted: fromScratch });
  }
  return found;
}

type Ran = readonly [World, { readonly plan: Plan; readonly report: Report }];

test(
  'after --rebuild stale each asked instance is as from scratch, or is said to be stale with the command that makes it so',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 2, maxLength: 7 }), async (sequence) => {
        const world = await worldNow();
        let now: Written = { scripts: {}, top: 50 };
        await run(world, now, { range: { kind: 'range', from: '2021-01-28', to: '2021-02-02' } });
        for (const step of sequence) {
          now = after(now, step);
          if (step.kind !== 'run') continue;
          const { request } = step;
          const done = await run(world, now, request);
          if (request.rebuild?.stale !== true) continue;
          const scratch = await worldNow();
          const made = await run(scratch, now, { ...request, rebuild: PLAIN });
          const left = await differing([world, done], [scratch, made]);
          const { stale } = done.plan;
          expect(left.filter(({ id }) => stale?.instances.includes(id) !== true)).toEqual([]);
          if (stale?.command === undefined) continue;
          const again = await run(world, now, typed(stale.command, request));
          expect(again.plan.stale).toBeUndefined();
          const asked = { ...again.plan, instances: done.plan.instances };
          expect(await differing([world, { ...again, plan: asked }], [scratch, made])).toEqual([]);
        }
      }),
      { numRuns: Number(process.env['RUNS'] ?? 12) },
    );
  },
);

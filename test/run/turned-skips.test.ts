import { describe, expect, test } from 'vitest';
import type { Task } from '../../runner/model/pipeline.ts';
import type { Plan, PlanRequest } from '../../runner/model/plan.ts';
import type { Report } from '../../runner/model/report.ts';
import { planIn, rebuild } from './planned.ts';
import type { Act, Script } from './scripted-engine.ts';
import { createWorld, rule, start, states, task, type World } from './world.ts';

const out = { kind: 'path', path: 'out.txt', allowEmpty: false } as const;
const when = (expression: string) => ({ if: { expression, reads: 'needs' } }) as const;

/** `decide` sends the work to the left or to the right, and what follows joins them. */
const LEGS: readonly Task[] = [
  task('source', { outputs: [out] }),
  task('decide', { needs: [rule('source')], outputs: [{ kind: 'value', name: 'way' }] }),
  task('left', { needs: [rule('decide')], outputs: [out], ...when("needs.decide.outputs.way == 'left'") }),
  task('right', { needs: [rule('decide')], outputs: [out], ...when("needs.decide.outputs.way == 'right'") }),
  task('joined', {
    needs: [
      { ...rule('left'), optional: true },
      { ...rule('right'), optional: true },
    ],
    outputs: [out],
    ...when("needs.left.result == 'success' || needs.right.result == 'success'"),
  }),
  task('behind-left', { needs: [rule('left')], outputs: [out] }),
  task('behind-right', { needs: [rule('right')], outputs: [out] }),
];

function going(way: string, made = way): Script {
  return (job): Act => {
    if (job.instance === 'p/decide/_') return { values: { way } };
    return { files: { 'out.txt': job.instance === 'p/source/_' ? made : `${job.instance} ${way}` } };
  };
}

async function run(
  world: World,
  tasks: readonly Task[],
  script: Script,
  request: Partial<PlanRequest> = {},
): Promise<Report> {
  const plan = await planIn(world, tasks, request);
  return start(world, tasks, plan.instances, script).report;
}

async function outcomeOf(world: World, name: string): Promise<string | undefined> {
  return (await world.ledger.readManifest(`p/${name}/_`))?.manifest.outcome;
}

function told(plan: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(
    plan.instances.map(({ task: name, state, reason }) => [name, `${state}: ${reason}`]),
  );
}

describe('a skip that was decided on what changes', () => {
  test.each([
    [
      'the source is made anew, with all downstream',
      { ...rebuild('all'), tasks: ['source'], downstream: true },
    ],
    ['all is made anew', rebuild('all')],
  ] as const)('turns where %s', async (_, request) => {
    const world = await createWorld();
    await run(world, LEGS, going('left'));
    const report = await run(world, LEGS, going('right'), request);
    expect(states(report)).toEqual({
      'source/_': 'succeeded',
      'decide/_': 'succeeded',
      'left/_': 'skipped',
      'right/_': 'succeeded',
      'joined/_': 'succeeded',
      'behind-left/_': 'skipped',
      'behind-right/_': 'succeeded',
    });
    expect(await outcomeOf(world, 'left')).toBe('skipped');
    const joined = (await world.ledger.readManifest('p/joined/_'))?.manifest;
    expect(joined?.inputs.map(({ instance }) => instance)).toEqual(['p/right/_']);
  });

  test('is stale where what it was decided on was made anew meanwhile, and so is what it had kept from running', async () => {
    const world = await createWorld();
    await run(world, LEGS, going('left'));
    await run(world, LEGS, going('right'), { ...rebuild('all'), tasks: ['source', 'decide'] });
    expect(told(await planIn(world, LEGS, rebuild('stale')))).toEqual({
      source: 'done: done',
      decide: 'done: done',
      left: 'stale: input decide/_ changed',
      right: 'stale: input decide/_ changed',
      joined: 'stale: if left, right change',
      'behind-left': 'stale: if left changes',
      'behind-right': 'missing: if right changes',
    });
    const report = await run(world, LEGS, going('right'), rebuild('stale'));
    expect(states(report)).toMatchObject({
      'left/_': 'skipped',
      'right/_': 'succeeded',
      'joined/_': 'succeeded',
      'behind-left/_': 'skipped',
      'behind-right/_': 'succeeded',
    });
    // What was made of the leg that is skipped now is not called done.
    expect(told(await planIn(world, LEGS, rebuild('stale')))['behind-left']).toMatch(
      /^skipped: input left\/_ is gone; left is skipped/,
    );
  });

  test('is told as left stale where a plain run has made anew what it was decided on', async () => {
    const world = await createWorld();
    await run(world, LEGS, going('left'));
    const decided = await world.ledger.readManifest('p/decide/_');
    await world.ledger.voidManifest('p/decide/_', decided ?? null, 'cleared', '20210101T000000Z-00000c');
    const report = await run(world, LEGS, going('right'));
    expect(states(report)).toMatchObject({ 'decide/_': 'succeeded', 'right/_': 'skipped' });
    expect(report.stale?.instances).toEqual(['p/left/_', 'p/right/_']);
  });

  test('stays as it is where that came out with equal content', async () => {
    const world = await createWorld();
    await run(world, LEGS, going('left'));
    const before = (await world.ledger.readManifest('p/right/_'))?.etag;
    const report = await run(world, LEGS, going('left', 'made anew'), {
      ...rebuild('all'),
      tasks: ['source'],
      downstream: true,
    });
    expect(states(report)).toEqual({
      'source/_': 'succeeded',
      'decide/_': 'succeeded',
      'left/_': 'unchanged',
      'right/_': 'skipped',
      'joined/_': 'unchanged',
      'behind-left/_': 'unchanged',
      'behind-right/_': 'skipped',
    });
    expect((await world.ledger.readManifest('p/right/_'))?.etag).toBe(before);
  });

  test('is due again where it failed when it turned, and lets nothing pass meanwhile', async () => {
    const world = await createWorld();
    await run(world, LEGS, going('left'));
    const turned = going('right');
    const failing: Script = (job, options) =>
      job.instance === 'p/right/_' ? { exitCode: 1 } : turned(job, options);
    const all = { ...rebuild('all'), tasks: ['source'], downstream: true };
    expect(states(await run(world, LEGS, failing, all))).toMatchObject({
      'right/_': 'failed',
      'behind-right/_': 'blocked',
      'joined/_': 'waiting',
    });
    const only = { rebuild: { missing: true, failed: false, stale: false, all: false } };
    const kept = told(await planIn(world, LEGS, only));
    expect(kept['right']).toBe('failed: rebuilding it: exit status 1; the earlier skip stands');
    expect(kept['behind-right']).toMatch(/^skipped/);
    expect(states(await run(world, LEGS, turned))).toMatchObject({
      'right/_': 'succeeded',
      'behind-right/_': 'succeeded',
    });
  });
});

describe('a skip by exit status 66', () => {
  const DATA: readonly Task[] = [
    task('fetch', { outputs: [out] }),
    task('load', { needs: [rule('fetch')], outputs: [out] }),
  ];
  const none: Script = () => ({ exitCode: 66 });
  const some: Script = () => ({ files: { 'out.txt': 'x' } });

  test.each([
    ['of all', rebuild('all')],
    ['of it and all downstream', { ...rebuild('all'), tasks: ['fetch'], downstream: true }],
  ] as const)(
    'is asked again under a rebuild %s, and what it had kept from running runs',
    async (_, request) => {
      const world = await createWorld();
      expect(states(await run(world, DATA, none))).toEqual({ 'fetch/_': 'skipped', 'load/_': 'skipped' });
      expect(states(await run(world, DATA, some, request))).toEqual({
        'fetch/_': 'succeeded',
        'load/_': 'succeeded',
      });
    },
  );

  test('is stale where its script has changed', async () => {
    const world = await createWorld();
    await run(world, DATA, none);
    const mended = DATA.map((one) => (one.name === 'fetch' ? { ...one, run: 'true # mended' } : one));
    expect(told(await planIn(world, mended, rebuild('stale')))).toEqual({
      fetch: 'stale: script changed',
      load: 'missing: if fetch changes',
    });
    expect(states(await run(world, mended, none, rebuild('stale')))).toEqual({
      'fetch/_': 'skipped',
      'load/_': 'skipped',
    });
    expect(states(await run(world, mended, none, rebuild('stale')))).toEqual({
      'fetch/_': 'skipped',
      'load/_': 'skipped',
    });
  });
});

import { expect, test } from 'vitest';
import type { Task } from '../../runner/model/pipeline.ts';
import type { PlannedInstance } from '../../runner/model/plan.ts';
import {
  evaluateCondition,
  evaluateTemplate,
  evaluateValue,
} from '../../runner/language/expression/evaluate.ts';
import { describeJob } from '../../runner/run/describe-job.ts';
import { committed, createWorld, instance, need, pipeline, rule, task, type World } from './world.ts';

test('an instance that a run would skip has no job to show, and says why', async () => {
  const world = await createWorld();
  await committed(world, 'count');
  const use = task('use', {
    needs: [rule('count')],
    if: { expression: "needs.count.result == 'skipped'", reads: 'needs' },
  });
  const planned = instance('use', '_', { needs: [need('count', ['p/count/_'])] });
  const described = await describe(world, [task('count'), use], planned);
  expect(described).toEqual({
    kind: 'none',
    reason: "a run skips it: if: needs.count.result == 'skipped' is false",
  });
});

test('what was never made of its needs is named, with the command that makes it', async () => {
  const world = await createWorld();
  const tasks = [task('count'), task('use', { needs: [rule('count')] })];
  const one = instance('use', 'date=2021-01-05', { needs: [need('count', ['p/count/date=2021-01-05'])] });
  expect(await describe(world, tasks, one)).toEqual({
    kind: 'none',
    reason: 'p/count/date=2021-01-05 has no result yet: sluice run p/count/date=2021-01-05',
  });
  await committed(world, 'count', 'date=2021-01-05');
  const days = ['03', '04', '05'].map((day) => `p/count/date=2021-01-${day}`);
  const window = need('count', days, { select: 'window', atLeast: 2, atLeastWritten: true });
  expect(await describe(world, tasks, { ...one, needs: [window] })).toEqual({
    kind: 'none',
    reason: 'it needs at least 2 of the 3 results of count, and has 1: sluice run p/use/date=2021-01-05',
  });
});

test.each([
  ['external', 'feed is made elsewhere, and a run only looks whether it is there'],
  ['wrapper', 'feed only waits for what it needs, and runs no container'],
] as const)('an %s has no container that could be repeated', async (kind, words) => {
  const described = await describe(await createWorld(), [task('feed', { kind })], instance('feed'));
  expect(described).toMatchObject({ kind: 'none', reason: expect.stringContaining(words) });
});

async function describe({ ledger }: World, tasks: readonly Task[], planned: PlannedInstance) {
  return describeJob(planned, 'x-1', {
    run: 'x',
    ledger,
    pipelines: new Map([['p', pipeline(tasks)]]),
    project: 'project',
    projectRoot: '/project',
    secrets: {},
    expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
  });
}

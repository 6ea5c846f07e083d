import { expect, test } from 'vitest';
import type { Task } from '../../../runner/model/pipeline.ts';
import { describeJob } from '../../../runner/run/describe-job.ts';
import { committed, createWorld, instance, need, pipeline, rule, start, task } from '../world.ts';
import {
  evaluateCondition,
  evaluateTemplate,
  evaluateValue,
} from '../../../runner/language/expression/evaluate.ts';

const REASON = 'count was made before it declared `days`: sluice run p/count/_ --rebuild stale';
const count = task('count', { outputs: [{ kind: 'value', name: 'days' }] });
const use = (more: Partial<Task>) => task('use', { needs: [rule('count')], ...more });
const planned = instance('use', '_', { needs: [need('count', ['p/count/_'])] });

test.each<[string, Partial<Task>]>([
  ['started', { env: { DAYS: '${{ needs.count.outputs.days }}' } }],
  ['skipped', { if: { expression: 'needs.count.outputs.days > 3', reads: 'needs' } }],
])('nothing is %s on a value that an earlier result does not have', async (_what, more) => {
  const world = await createWorld();
  await committed(world, 'count');
  const run = start(world, [count, use(more)], [planned]);
  const report = await run.report;
  expect(report).toMatchObject({ exitStatus: 3, outcome: 'incomplete' });
  expect(report.instances).toMatchObject([{ state: 'blocked', reason: REASON }]);
  expect(run.engine.jobs).toEqual([]);
  expect(await world.ledger.readManifest('p/use/_')).toBeUndefined();
  expect(await world.ledger.readFailure('p/use/_')).toBeUndefined();

  const described = await describeJob(planned, 'x-1', {
    run: 'x',
    ledger: world.ledger,
    pipelines: new Map([['p', pipeline([count, use(more)])]]),
    project: 'project',
    projectRoot: '/project',
    secrets: {},
    expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
  });
  expect(described).toEqual({ kind: 'none', reason: REASON });
});

test('nothing is started beside a file that an earlier result does not have', async () => {
  const world = await createWorld();
  await committed(world, 'count', '_', { 'a.csv': 'x' });
  const outputs = ['a.csv', 'b.csv'].map((path) => ({ kind: 'path' as const, path, allowEmpty: false }));
  const report = await start(world, [task('count', { outputs }), use({})], [planned]).report;
  expect(report.instances).toMatchObject([{ state: 'blocked', reason: REASON.replace('days', 'b.csv') }]);
});

import { expect, test } from 'vitest';
import {
  evaluateCondition,
  evaluateTemplate,
  evaluateValue,
} from '../../runner/language/expression/evaluate.ts';
import { describeJob } from '../../runner/run/describe-job.ts';
import { committed, createWorld, instance, need, pipeline, rule, task } from './world.ts';

test('an instance that a run would skip has no job to show, and says why', async () => {
  const world = await createWorld();
  await committed(world, 'count');
  const use = task('use', {
    needs: [rule('count')],
    if: { expression: "needs.count.result == 'skipped'", reads: 'needs' },
  });
  const described = await describeJob(
    instance('use', '_', { needs: [need('count', ['p/count/_'])] }),
    'x-1',
    {
      run: 'x',
      ledger: world.ledger,
      pipelines: new Map([['p', pipeline([task('count'), use])]]),
      project: 'project',
      projectRoot: '/project',
      secrets: {},
      expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
    },
  );
  expect(described).toEqual({
    kind: 'none',
    reason: "a run skips it: if: needs.count.result == 'skipped' is false",
  });
});

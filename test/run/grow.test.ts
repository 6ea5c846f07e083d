import { expect, test } from 'vitest';
import { StoreError } from '../../runner/errors.ts';
import { createWorld, instance, need, rule, start, states, task } from './world.ts';

const tasks = [
  task('list', { outputs: [{ kind: 'value', name: 'symbols' }] }),
  task('each', {
    needs: [rule('list')],
    matrix: { kind: 'dynamic', keys: ['s'], axes: { s: '${{ fromJSON(needs.list.outputs.symbols) }}' } },
  }),
];
const instances = [
  instance('list'),
  instance('each', 's=*', {
    state: 'unknown',
    reason: 'known when list is done',
    action: 'expand',
    placeholder: true,
    needs: [need('list', ['p/list/_'])],
  }),
];
const script = () => ({ values: { symbols: '["a"]' } });

test('a store that is out of reach while legs are planned ends the run as that', async () => {
  const away = new StoreError('store-unreachable', 'connection refused');
  const world = await createWorld();
  const { report } = start(world, tasks, instances, script, { expand: () => Promise.reject(away) });
  const result = await report;
  expect(states(result)).toEqual({ 'list/_': 'succeeded', 'each/s=*': 'blocked' });
  expect(result.exitStatus).toBe(4);
});

test('a defect while legs are planned fails them in words, and keeps its stack for whoever asks', async () => {
  const stacks: string[] = [];
  const world = await createWorld();
  const { report } = start(world, tasks, instances, script, {
    expand: () => Promise.reject(new TypeError('x is undefined')),
    onDefect: (stack) => stacks.push(stack),
  });
  const result = await report;
  expect(result.instances.at(-1)).toMatchObject({
    state: 'failed',
    reason: 'its legs could not be planned: x is undefined',
  });
  expect(stacks).toEqual([expect.stringContaining('grow.test.ts')]);
});

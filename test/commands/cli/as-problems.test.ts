import { expect, test } from 'vitest';
import { asProblems } from '../../../runner/commands/cli/as-problems.ts';
import { EngineError, ProblemsError, StoreError } from '../../../runner/errors.ts';

const usage = new ProblemsError([{ severity: 'error', code: 'usage', message: 'a word too many' }]);
const store = new StoreError('store-unreachable', 'the store is away');
const engine = new EngineError('engine-unreachable', 'the engine is away');
const defect = new Error('a defect');

test.each([
  ['usage before what is unreachable', [store, usage, engine], 2],
  ['what is unreachable before a failure', [defect, engine], 4],
  ['usage within another aggregate', [store, new AggregateError([defect, usage])], 2],
  ['a failure, of nothing', [], 1],
])('of several errors the exit status is that of %s', (_name, errors, status) => {
  const told = asProblems(new AggregateError(errors));
  expect(told.status).toBe(status);
});

test('tells the problems of all errors', () => {
  expect(asProblems(new AggregateError([store, usage])).problems.map(({ code }) => code)).toEqual([
    'store-unreachable',
    'usage',
  ]);
});

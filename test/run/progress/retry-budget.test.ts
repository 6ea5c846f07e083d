import { expect, test } from 'vitest';
import { createRetryBudget } from '../../../runner/run/progress/retry-budget.ts';

function spend(budget: ReturnType<typeof createRetryBudget>, cause: 'exit' | 'timeout'): number {
  let count = 0;
  while (budget.take(cause)) count += 1;
  return count;
}

test('where nothing succeeds there are 100 retries, 50 after what gave no answer', () => {
  expect(spend(createRetryBudget(), 'exit')).toBe(100);
  expect(spend(createRetryBudget(), 'timeout')).toBe(50);
});

test('a retry that succeeds gives back what it cost, a first try a little', () => {
  const budget = createRetryBudget(20);
  expect(spend(budget, 'exit')).toBe(4);
  budget.refill(['exit']);
  expect(budget.tokens).toBe(5);
  budget.refill(['exit', 'timeout']);
  expect(budget.tokens).toBe(15);
  for (let n = 0; n < 4; n += 1) budget.refill([]);
  expect(budget.tokens).toBe(19);
});

test('it is never more than full', () => {
  const budget = createRetryBudget(20);
  budget.refill([]);
  budget.refill(['timeout']);
  expect(budget.tokens).toBe(20);
});

import type { CauseKind } from '../../model/cause.ts';

/** As the AWS SDKs have it: a bucket of 500 tokens, 5 a retry, 10 after something that did not answer in time. */
const CAPACITY = 500;
const COST = 5;
const SLOW_COST = 10;
/** A first try that succeeds fills up a little: a world that works for most goes on helping the rest. */
const REFILL = 1;

/**
 * Keeps a broken world from being hammered: where nothing succeeds, a run tries again 100 times, however many instances it
 * has and whatever their `retry` says. A retry that succeeds gives back what it cost.
 */
export interface RetryBudget {
  /** False: there is not enough left, and it is not tried again. */
  take(cause: CauseKind): boolean;
  /** What succeeded after `paid`, the causes of the tries before it. */
  refill(paid: readonly CauseKind[]): void;
  readonly tokens: number;
}

export function createRetryBudget(capacity = CAPACITY): RetryBudget {
  let tokens = capacity;
  return {
    get tokens() {
      return tokens;
    },
    take(cause) {
      const cost = costOf(cause);
      if (cost > tokens) return false;
      tokens -= cost;
      return true;
    },
    refill(paid) {
      const back = paid.length === 0 ? REFILL : costOf(paid.at(-1) ?? 'exit');
      tokens = Math.min(capacity, tokens + back);
    },
  };
}

function costOf(cause: CauseKind): number {
  return cause === 'timeout' || cause === 'engine-lost' ? SLOW_COST : COST;
}

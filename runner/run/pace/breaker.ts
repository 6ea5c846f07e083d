import type { InstanceId } from '../../model/partition.ts';

/** Of one task: closed while it works, open while it rests, half open while one instance tries. */
export type Breaker =
  | { readonly kind: 'closed'; readonly failed: ReadonlyMap<string, ReadonlySet<InstanceId>> }
  | { readonly kind: 'open'; readonly trials: number; readonly untilMs: number; readonly words: string }
  | { readonly kind: 'half-open'; readonly trials: number; readonly words: string }
  /** It has had its chances: nothing of the task is started any more. */
  | { readonly kind: 'given-up'; readonly words: string };

export const CLOSED: Breaker = { kind: 'closed', failed: new Map() };

export interface BreakerRules {
  /** So many different instances with one cause, and none that went well in between. */
  readonly failures: number;
  readonly restSeconds: number;
  readonly mostRestSeconds: number;
  /** So many single tries, each after a longer rest. */
  readonly trials: number;
  /** The same where the other side only asked for less. */
  readonly busyTrials: number;
}

export const BREAKER_RULES: BreakerRules = {
  failures: 5,
  restSeconds: 30,
  mostRestSeconds: 300,
  trials: 3,
  busyTrials: 8,
};

export interface Failing {
  readonly id: InstanceId;
  readonly key: string;
  /** The failure in words. */
  readonly words: string;
  readonly busy: boolean;
}

export function afterFailure(
  breaker: Breaker,
  { id, key, words, busy }: Failing,
  nowMs: number,
  rules: BreakerRules = BREAKER_RULES,
): Breaker {
  switch (breaker.kind) {
    case 'closed': {
      const before = breaker.failed.get(key) ?? new Set<InstanceId>();
      const same = new Set([...before, id]);
      if (same.size < rules.failures)
        return { kind: 'closed', failed: new Map([...breaker.failed, [key, same]]) };
      return { kind: 'open', trials: 0, untilMs: nowMs + rules.restSeconds * 1000, words };
    }
    case 'half-open': {
      const trials = breaker.trials + 1;
      if (trials >= (busy ? rules.busyTrials : rules.trials)) return { kind: 'given-up', words };
      const seconds = Math.min(rules.mostRestSeconds, rules.restSeconds * 2 ** trials);
      return { kind: 'open', trials, untilMs: nowMs + seconds * 1000, words };
    }
    // Of those that were under way when it opened.
    case 'open':
    case 'given-up':
      return breaker;
  }
}

/** It works: whatever was before is over. */
export function afterSuccess(breaker: Breaker): Breaker {
  return breaker.kind === 'given-up' ? breaker : CLOSED;
}

/** Its rest is over: one may try. */
export function afterRest(breaker: Breaker, nowMs: number): Breaker {
  return breaker.kind === 'open' && nowMs >= breaker.untilMs
    ? { kind: 'half-open', trials: breaker.trials, words: breaker.words }
    : breaker;
}

/** How many of the task may run. */
export function letsThrough({ kind }: Breaker): number {
  switch (kind) {
    case 'closed':
      return Number.POSITIVE_INFINITY;
    case 'half-open':
      return 1;
    case 'open':
    case 'given-up':
      return 0;
  }
}

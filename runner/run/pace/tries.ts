import type { InstanceId } from '../../model/partition.ts';
import type { GivenUp } from '../progress/step.ts';

/** A try that failed, as far as another depends on it. */
export interface PutBack {
  readonly busy: boolean;
  readonly notReady: boolean;
  readonly words: string;
}

export type Pass =
  /** Nothing was put back. */
  | { readonly kind: 'none' }
  | { readonly kind: 'again'; readonly ids: readonly InstanceId[] }
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** Not worth another. */
  | { readonly kind: 'over'; readonly ids: readonly InstanceId[] };

/** What failed is tried once more at the end; what was only turned away, so often. */
const TRIES = 2;
const BUSY_TRIES = 8;
/** Before what was turned away is tried again a second time, and twice as long each time after. */
const REST_SECONDS = 5;
const MOST_REST_SECONDS = 300;
/** So many passes in which nothing went well, and it is over. */
const FRUITLESS = 2;

/** Remembers what was put back, and when it comes again: all of it at once, when nothing else is left. */
export interface Tries {
  began(id: InstanceId): void;
  /** It did not come to its turn: that was no try. */
  notBegun(id: InstanceId): void;
  succeeded(id: InstanceId): void;
  isWorthAnother(id: InstanceId, busy: boolean): boolean;
  putBack(id: InstanceId, failure: PutBack): void;
  /** As what it ends; undefined: it was not put back. */
  drop(id: InstanceId): GivenUp | undefined;
  nextPass(nowMs: number): Pass;
}

export function createTries(): Tries {
  const counts = new Map<InstanceId, number>();
  const waiting = new Map<InstanceId, PutBack>();
  let passes = 0;
  let fruitless = 0;
  let hasFruit = false;
  let restsUntilMs: number | undefined;

  return {
    began: (id) => void counts.set(id, (counts.get(id) ?? 0) + 1),
    notBegun: (id) => void counts.set(id, (counts.get(id) ?? 1) - 1),
    succeeded(id) {
      counts.delete(id);
      hasFruit = true;
    },
    isWorthAnother: (id, busy) => (counts.get(id) ?? 0) < (busy ? BUSY_TRIES : TRIES),
    putBack: (id, failure) => void waiting.set(id, failure),
    drop(id) {
      const failure = waiting.get(id);
      waiting.delete(id);
      if (failure === undefined) return undefined;
      return { id, state: failure.notReady ? 'waiting' : 'failed', reason: failure.words };
    },
    nextPass(nowMs) {
      const ids = [...waiting.keys()];
      if (ids.length === 0) return { kind: 'none' };
      if (passes > 0) fruitless = hasFruit ? 0 : fruitless + 1;
      if (fruitless >= FRUITLESS) return { kind: 'over', ids };
      const isTurnedAway = [...waiting.values()].every(({ busy }) => busy);
      if (isTurnedAway && passes > 0 && restsUntilMs === undefined) {
        const seconds = Math.min(MOST_REST_SECONDS, REST_SECONDS * 2 ** (passes - 1));
        restsUntilMs = nowMs + seconds * 1000;
      }
      if (restsUntilMs !== undefined && nowMs < restsUntilMs) return { kind: 'wait', untilMs: restsUntilMs };
      restsUntilMs = undefined;
      passes += 1;
      hasFruit = false;
      waiting.clear();
      return { kind: 'again', ids };
    },
  };
}

import {
  afterFailure,
  afterRest,
  afterSuccess,
  CLOSED,
  letsThrough,
  type Breaker,
  type Failing,
} from './breaker.ts';

export interface BreakerChange {
  readonly capacity: number;
  readonly givenUp: boolean;
  readonly note: string;
}

/** A breaker a task: a script that is wrong, or a source that is away, stops its own task only. */
export interface Breakers {
  succeeded(task: string): void;
  failed(task: string, failing: Failing, nowMs: number): void;
  isGivenUp(task: string): boolean;
  /** Those whose rest is over: one of each may try. */
  rested(nowMs: number): readonly string[];
  /** When the next one is. */
  nextMs(): number | undefined;
  /** What is different since it was asked last. */
  changeOf(task: string): BreakerChange | undefined;
}

export function createBreakers(): Breakers {
  const breakers = new Map<string, Breaker>();
  const told = new Map<string, Breaker['kind']>();
  const of = (task: string): Breaker => breakers.get(task) ?? CLOSED;
  return {
    succeeded: (task) => void breakers.set(task, afterSuccess(of(task))),
    failed: (task, failing, nowMs) => void breakers.set(task, afterFailure(of(task), failing, nowMs)),
    isGivenUp: (task) => of(task).kind === 'given-up',
    rested(nowMs) {
      const rested: string[] = [];
      for (const [task, breaker] of breakers) {
        const now = afterRest(breaker, nowMs);
        if (now === breaker) continue;
        breakers.set(task, now);
        rested.push(task);
      }
      return rested;
    },
    nextMs() {
      const times = [...breakers.values()].flatMap((breaker) =>
        breaker.kind === 'open' ? [breaker.untilMs] : [],
      );
      return times.length === 0 ? undefined : Math.min(...times);
    },
    changeOf(task) {
      const breaker = of(task);
      if (breaker.kind === (told.get(task) ?? 'closed')) return undefined;
      told.set(task, breaker.kind);
      return {
        capacity: letsThrough(breaker),
        givenUp: breaker.kind === 'given-up',
        note: noteOf(task.slice(task.indexOf('/') + 1), breaker),
      };
    },
  };
}

function noteOf(task: string, breaker: Breaker): string {
  switch (breaker.kind) {
    case 'closed':
      return `${task} works again`;
    case 'open':
      return `${task} rests: one after the other failed with: ${breaker.words}`;
    case 'half-open':
      return `${task}: one tries whether it works again`;
    case 'given-up':
      return `${task} is given up, the last tries failed with: ${breaker.words}`;
  }
}

import type { AttemptOutcome, Work } from '../attempt/work.ts';
import type { OnHeld } from '../run-environment.ts';
import { isStillExpected } from './late.ts';
import type { ProgressEvent } from './step.ts';

export type FollowUp =
  | { readonly kind: 'finish'; readonly event: ProgressEvent }
  /** Gives its place back and comes again. */
  | { readonly kind: 'rest'; readonly seconds: number; readonly failed: boolean }
  /** The same, until whoever paces the run lets it come. */
  | { readonly kind: 'put-back'; readonly failed: boolean };

export interface Circumstances {
  readonly nowMs: number;
  /** In [0, 1). */
  readonly fraction: number;
  /** What another run has in hand: waited for, or left to it. */
  readonly onHeld: OnHeld;
}

/** How often what another run holds is looked at, at the least and at the most: not by all at the same moment. */
const POLL_SECONDS = [1, 3] as const;

/** What an attempt's outcome means for the run. */
export function followUp(
  { planned, pipeline, task }: Pick<Work, 'planned' | 'pipeline' | 'task'>,
  outcome: AttemptOutcome,
  { nowMs, fraction, onHeld }: Circumstances,
): FollowUp {
  const ran = 'ran' in outcome && outcome.ran !== undefined;
  const finish = (state: Finished['state'], reason: string, awaited = false): FollowUp => ({
    kind: 'finish',
    event: { type: 'finished', id: planned.id, state, reason, ran, awaited },
  });
  switch (outcome.kind) {
    case 'succeeded':
      return finish('succeeded', planned.reason);
    case 'unpublished':
      return finish('unpublished', outcome.cause.message);
    case 'republished':
      return finish('done', 'published what was committed before');
    case 'taken':
      return finish(outcome.state, outcome.reason ?? `made meanwhile by run ${outcome.run}`);
    case 'unchanged':
      return finish('unchanged', 'what it reads did not change');
    case 'skipped':
      return finish('skipped', outcome.reason);
    case 'waiting':
      return finish('waiting', outcome.reason, isStillExpected(pipeline, task, planned, nowMs));
    case 'blocked':
      return finish('blocked', outcome.reason);
    case 'gone':
      return finish('missing', outcome.reason);
    case 'cancelled':
      return finish('cancelled', outcome.reason);
    case 'failed':
      return finish('failed', outcome.failure.cause.message);
    case 'held':
      return onHeld === 'leave' ? finish('running', `in run ${outcome.by.run}`) : pollAgain(fraction);
    case 'crowded':
      return pollAgain(fraction);
    case 'put-back':
      return { kind: 'put-back', failed: outcome.failure.cause.kind !== 'not-ready' };
    case 'retry':
      return { kind: 'rest', seconds: outcome.afterSeconds, failed: true };
  }
}

function pollAgain(fraction: number): FollowUp {
  const seconds = POLL_SECONDS[0] + (POLL_SECONDS[1] - POLL_SECONDS[0]) * fraction;
  return { kind: 'rest', seconds, failed: false };
}

type Finished = Extract<ProgressEvent, { type: 'finished' }>;

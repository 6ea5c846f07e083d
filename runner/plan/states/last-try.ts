import { clockWords } from '../../calendar/moment.ts';
import type { FailureRecord, WaitRecord } from '../../model/records.ts';
import { triedAgainMs } from '../../model/tried-again.ts';
import { momentOf } from '../scope/due.ts';
import type { ScopedInstance } from '../scope/tables.ts';
import { currentFingerprint, currentInputs } from '../staleness/current.ts';
import { changedParts, inputDifferences } from '../staleness/staleness.ts';
import type { Assessing, Assessment } from './assessment.ts';
import { sentence } from './reasons.ts';
import { nextAsk, waitWords } from './wait.ts';

/** What came of a try that left no result. */
export interface Tried {
  readonly state: 'failed' | 'waiting';
  readonly reason: string;
  /** The attempt that was committed then; null for none. */
  readonly over: string | null;
  /** It waits now, and failed before. */
  readonly failed?: true;
  /** A tick leaves it alone for now; a person's run never does. */
  readonly resting?: true;
}

/** What came of the last try, where it left no result. A failure stays open while its source is waited for later. */
export function lastTry(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): Tried | undefined {
  const { failures, waits } = assessing.knowledge;
  const failure = failures.get(instance.id);
  const wait = waits.get(instance.id);
  const askedAt = wait?.lastAsk?.at;
  if (wait !== undefined && askedAt !== undefined && (failure === undefined || askedAt >= failure.finishedAt))
    return {
      ...waitedFor(assessing, instance, wait),
      ...(failure !== undefined && { failed: true as const }),
    };
  return failure && failedBefore(assessing, instance, assessed, failure);
}

function waitedFor(assessing: Assessing, instance: ScopedInstance, wait: WaitRecord): Tried {
  const { nowMs, scope } = assessing;
  const { table, position } = instance;
  const reason = waitWords(wait, {
    nowMs,
    timezone: timezoneOf(instance),
    deadlineMs: momentOf(table, 'deadline', position),
  });
  const rests = scope.request.due !== undefined && nextAsk(wait, nowMs) > nowMs;
  return { state: 'waiting', reason, over: wait.over, ...(rests && { resting: true }) };
}

/** A tick tries again after a while, or at once when what it was made of has changed. */
function failedBefore(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
  failure: FailureRecord,
): Tried {
  const { cause, count, over } = failure;
  const { nowMs, scope } = assessing;
  const state = 'failed';
  const reason = count > 1 ? `${cause.message} (${count} times)` : cause.message;
  if (scope.request.due === undefined) return { state, reason, over };
  const againMs = triedAgainMs(failure);
  if (againMs <= nowMs) return { state, reason, over };
  const changed = changedSince(assessing, instance, assessed, failure);
  if (changed.length > 0) return { state, reason: `${reason}; since then ${sentence(changed)}`, over };
  const again = clockWords(againMs, nowMs, timezoneOf(instance));
  return { state, reason: `${reason}; tried again ${again}`, over, resting: true };
}

/** What differs from what it was made of when it failed, as far as that is on record. */
function changedSince(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
  { fingerprint, inputs }: FailureRecord,
): readonly string[] {
  const now = inputs === undefined ? undefined : currentInputs(assessing, instance, assessed);
  return [
    ...(fingerprint === undefined ? [] : changedParts(fingerprint, currentFingerprint(instance))),
    ...(inputs === undefined || now === undefined ? [] : inputDifferences({ inputs, omitted: [] }, now)),
  ];
}

function timezoneOf({ table: { pipeline, task } }: ScopedInstance): string {
  return task.due?.timezone ?? pipeline.timezone;
}

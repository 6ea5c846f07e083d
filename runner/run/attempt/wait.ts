import { waitWords, type WaitTimes } from '../../plan/states/wait.ts';
import { failureOf } from './failure.ts';
import { committedBefore, type Progressed } from './fail.ts';
import type { AttemptFailure, AttemptOutcome, Execution, Work } from './work.ts';

/**
 * What it reads, or somebody else makes, is not there yet (75). Each ask is on record, so that a wrong address that looks like lateness is seen;
 * it is asked again in this run only where `retry.on` says so.
 */
export async function waitFor(
  work: Work,
  failure: AttemptFailure,
  ran: Execution,
  state: Progressed,
): Promise<AttemptOutcome> {
  const decision = work.decideRetry(failure);
  const reason = await recordAsk(work, failure, state);
  switch (decision.kind) {
    case 'retry':
      return { kind: 'retry', failure, afterSeconds: decision.afterSeconds, ran };
    case 'put-back':
      return { kind: 'put-back', failure, ran };
    case 'final':
      return { kind: 'waiting', reason, ran };
  }
}

/** In words what is known by now of the wait; one that could not be recorded is no failure of the task. */
async function recordAsk(work: Work, { lastLines }: AttemptFailure, state: Progressed): Promise<string> {
  const { environment, planned, attempt, emit } = work;
  const { clock, ledger, run } = environment;
  const nowMs = clock.now();
  try {
    const wait = await ledger.recordWait({
      instance: planned.id,
      over: committedBefore(state),
      run,
      attempt,
      at: new Date(nowMs).toISOString(),
      lastLines,
    });
    return `${notReady(work)}, ${waitWords(wait, timesOf(work, nowMs))}`;
  } catch (error) {
    const { cause } = failureOf(work, error);
    emit({
      type: 'warning',
      id: planned.id,
      message: `That it waits could not be recorded: ${cause.message}`,
    });
    return notReady(work);
  }
}

function notReady({ task }: Work): string {
  return task.kind === 'external' ? 'not ready yet' : 'exit status 75: not ready yet';
}

function timesOf({ planned, pipeline, task }: Work, nowMs: number): WaitTimes {
  const { deadlineAt } = planned;
  return {
    nowMs,
    timezone: task.due?.timezone ?? pipeline.timezone,
    deadlineMs: deadlineAt === undefined ? undefined : Date.parse(deadlineAt),
  };
}

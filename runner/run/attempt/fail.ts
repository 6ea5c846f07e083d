import type { StoredManifest } from '../../ledger/ledger.ts';
import { attemptOf } from '../../ledger/failures.ts';
import type { Cause } from '../../model/cause.ts';
import { failureOf, recordFailure } from './failure.ts';
import type { Upstream } from './upstream.ts';
import type { AttemptFailure, AttemptOutcome, Execution, Work } from './work.ts';

/** How far it came: what a failure is recorded over, and what it ran. */
export interface Progressed {
  over: StoredManifest | undefined;
  upstream: Upstream | undefined;
  ran: Execution | undefined;
}

/** One that is followed by another at once has not failed yet; one that is put back has, and may never come again. */
export async function fail(
  work: Work,
  failure: AttemptFailure,
  startedAt: string,
  state: Progressed,
): Promise<AttemptOutcome> {
  const ran = state.ran === undefined ? {} : { ran: state.ran };
  const decision = work.decideRetry(failure);
  if (decision.kind === 'retry')
    return { kind: 'retry', failure, afterSeconds: decision.afterSeconds, ...ran };
  const kind = decision.kind === 'put-back' ? 'put-back' : 'failed';
  try {
    await recordFailure(work, failure, state, startedAt);
    await work.environment.ledger.closeWait(work.planned.id, 'failure');
  } catch (error) {
    const unrecorded = failureOf(work, error);
    const message = `Its failure could not be recorded: ${unrecorded.cause.message}`;
    work.emit({ type: 'warning', id: work.planned.id, message });
    return {
      kind,
      failure: { ...failure, storeLost: failure.storeLost || unrecorded.storeLost },
      ...ran,
    };
  }
  return { kind, failure, ...ran };
}

export function failureBy(cause: Cause): AttemptFailure {
  return { cause, lastLines: [], storeLost: false };
}

/** The attempt that was committed when this one started; null for none. */
export function committedBefore({ over }: Progressed): string | null {
  return attemptOf(over?.manifest);
}

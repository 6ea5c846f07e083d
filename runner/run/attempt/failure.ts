import { inspect } from 'node:util';
import { causeOfStore, messageOf, StoreError } from '../../errors.ts';
import { attemptOf } from '../../ledger/failures.ts';
import type { StoredManifest } from '../../ledger/ledger.ts';
import { STORE_SCHEMA } from '../../model/records.ts';
import type { Upstream } from './upstream.ts';
import type { AttemptFailure, Work } from './work.ts';

/** What it was to replace, and what it read, as far as it came to that. */
export interface MadeOver {
  readonly over: StoredManifest | undefined;
  readonly upstream: Upstream | undefined;
}

/** Leaves word for later runs: what happened, and over which committed attempt. */
export async function recordFailure(
  work: Work,
  failure: AttemptFailure,
  before: MadeOver,
  startedAt: string,
): Promise<void> {
  const { environment, planned, attempt } = work;
  const { ledger, clock, run } = environment;
  const finishedAt = new Date(clock.now()).toISOString();
  await ledger.recordFailure({
    schema: STORE_SCHEMA,
    instance: planned.id,
    run,
    attempt,
    cause: failure.cause,
    ...(failure.exitCode === undefined ? {} : { exitCode: failure.exitCode }),
    lastLines: failure.lastLines,
    startedAt,
    finishedAt,
    over: attemptOf(before.over?.manifest),
    // The ledger counts on from one that is still open.
    count: 1,
    firstFailedAt: finishedAt,
    ...(planned.fingerprint === undefined ? {} : { fingerprint: planned.fingerprint }),
    ...(before.upstream === undefined ? {} : { inputs: before.upstream.inputs }),
  });
}

/** What an error that ended a step means for the instance, and whether the store itself is gone. */
export function failureOf({ environment, masker }: Work, error: unknown): AttemptFailure {
  if (error instanceof StoreError) {
    return { cause: causeOfStore(error), lastLines: [], storeLost: isStoreLost(error) };
  }
  environment.onDefect?.(masker.text(inspect(error)));
  const message = messageOf(error);
  return { cause: { kind: 'internal', message, transient: false }, lastLines: [], storeLost: false };
}

function isStoreLost({ code }: StoreError): boolean {
  switch (code) {
    case 'store-unreachable':
    case 'store-denied':
    case 'store-full':
    case 'store-unsuitable':
    case 'store-schema':
      return true;
    case 'precondition-failed':
    case 'not-found':
    case 'store-corrupt':
    case 'path-taken':
    case 'bad-key':
      return false;
  }
}

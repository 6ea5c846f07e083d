import type { Ledger } from '../ledger/ledger.ts';
import type { ClaimRecord } from '../model/records.ts';

/** A claim that another run has in hand, and since when we wait for it. */
export interface Held {
  readonly by: ClaimRecord;
  readonly sinceMs: number;
}

const PATIENCE_SECONDS = 60;

/**
 * A live run is waited for as long as it takes. One on another machine, or in a container whose processes can't be
 * seen from here, is waited for a minute: then this says, in words, how a person frees what a dead one holds.
 */
export async function impatience(ledger: Ledger, held: Held, nowMs: number): Promise<string | undefined> {
  if (nowMs - held.sinceMs < PATIENCE_SECONDS * 1000) return undefined;
  const { run } = held.by;
  // A store that does not answer is told by the next attempt.
  const state = await ledger.liveness(run).catch(() => 'live');
  if (state !== 'unknown') return undefined;
  return `waiting on run ${run}, which has it in hand on another machine or in another container; if that run is dead, delete runs/${run} in the store and run again`;
}

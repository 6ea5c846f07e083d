import { messageOf } from '../../errors.ts';
import type { Claim } from '../../ledger/ledger.ts';
import type { ClaimRecord } from '../../model/records.ts';
import type { Work } from './work.ts';

export type Claimed =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  /** A live run has it in hand. */
  | { readonly kind: 'held'; readonly by: ClaimRecord };

export async function claimInstance({ planned, attempt, environment }: Work): Promise<Claimed> {
  return environment.ledger.claim(planned.id, attempt, environment.run);
}

/** A claim that could not be released is free as soon as its run is over: worth a word, not a failure. */
export async function releaseClaim({ planned, environment, emit }: Work, claim: Claim): Promise<void> {
  try {
    await environment.ledger.release(claim);
  } catch (error) {
    const message = messageOf(error);
    emit({ type: 'warning', id: planned.id, message: `Its claim could not be released: ${message}` });
  }
}

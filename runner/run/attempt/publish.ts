import { StoreError } from '../../errors.ts';
import type { Cause } from '../../model/cause.ts';
import type { Work } from './work.ts';

export type Published =
  | { readonly kind: 'published'; readonly paths: readonly string[] }
  /** The result counts; the next plan shows it as unpublished and copies again. */
  | { readonly kind: 'unpublished'; readonly cause: Cause }
  /** What was committed is not in the store any more. */
  | { readonly kind: 'gone'; readonly reason: string };

export async function publishResult({ planned, attempt, environment }: Work): Promise<Published> {
  try {
    return { kind: 'published', paths: await environment.ledger.publish(planned.id, attempt) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'not-found') return { kind: 'gone', reason: error.message };
    const kind = error.code === 'store-full' ? 'store-full' : 'store-error';
    return { kind: 'unpublished', cause: { kind, message: `publishing: ${error.message}`, transient: true } };
  }
}

import { StoreError } from '../errors.ts';
import { STORE_SCHEMA, type ClaimRecord } from '../model/records.ts';
import type { PutCondition } from '../ports.ts';
import { instanceKey } from './keys.ts';
import type { Ledger } from './ledger.ts';
import type { Context } from './context.ts';
import { recordKind } from './record.ts';
import { claimFields } from './record-shapes.ts';

export const claimRecords = recordKind(
  'the claim',
  claimFields,
  'delete it when no run works on the instance',
);

/**
 * Claims spare two runs the same work; what keeps results right is the commit. A claim names its run and is worth
 * what that run is: free once the run is over.
 */
export function createClaims(
  { store, nonce }: Context,
  liveness: Ledger['liveness'],
): Pick<Ledger, 'claim' | 'release'> {
  /** Its loss in a power cut is no harm: the run is then dead too. */
  const put = (record: ClaimRecord, condition: PutCondition) =>
    claimRecords.write(store, instanceKey('claims', record.instance), record, { condition, durable: false });

  return {
    async claim(id, attempt, run) {
      const record: ClaimRecord = { schema: STORE_SCHEMA, instance: id, run, attempt, nonce: nonce() };
      const key = instanceKey('claims', id);
      let condition: PutCondition = { ifNoneMatch: '*' };
      for (let tries = 0; tries < 100; tries += 1) {
        const etag = await put(record, condition);
        if (etag !== undefined) return { kind: 'claimed', claim: { record, etag } };
        const found = await claimRecords.read(store, key);
        if (found === undefined) {
          condition = { ifNoneMatch: '*' };
          continue;
        }
        // A write that was repeated after a lost answer meets itself.
        if (found.record.nonce === record.nonce)
          return { kind: 'claimed', claim: { record, etag: found.etag } };
        if (found.record.run !== run) {
          const state = await liveness(found.record.run);
          if (state === 'live' || state === 'unknown') return { kind: 'held', by: found.record };
        }
        condition = { ifMatch: found.etag };
      }
      throw new StoreError('store-unsuitable', `${key} changes faster than it can be claimed`, { key });
    },

    /** Only what is still ours: a run that was thought dead must not free its successor's claim. */
    async release({ record }) {
      const key = instanceKey('claims', record.instance);
      const found = await claimRecords.read(store, key);
      if (found?.record.nonce === record.nonce) await store.delete([key]);
    },
  };
}

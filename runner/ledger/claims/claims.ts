import { StoreError } from '../../errors.ts';
import { oldestLiveSeconds } from '../../model/heartbeat.ts';
import type { InstanceId } from '../../model/partition.ts';
import { STORE_SCHEMA, type ClaimRecord } from '../../model/records.ts';
import type { PutCondition } from '../../ports.ts';
import { instanceKey } from '../keys.ts';
import type { Claim, Ledger } from '../ledger.ts';
import type { Context } from '../context.ts';
import { recordKind, type Stored } from '../records/record.ts';
import { removeMarked } from './remove-marked.ts';
import { claimFields } from '../records/record-shapes.ts';

export const claimRecords = recordKind('the claim', claimFields, {
  remedy: 'delete it when no run works on the instance',
  keyOf: ({ instance }) => instanceKey('claims', instance),
});

/**
 * Claims spare two runs the same work; what keeps results right is the commit. A claim names its run and is worth
 * what that run is: free once the run is over.
 */
export function createClaims(
  context: Context,
  liveness: Ledger['liveness'],
): Pick<Ledger, 'claim' | 'release'> {
  const { store, heartbeat, nonce, tell } = context;
  /** Found in another's hand: whoever asks again and again for such a one asks by a read. */
  const contended = new Set<InstanceId>();

  /** Its loss in a power cut is no harm: the run is then dead too. */
  const put = (record: ClaimRecord, condition: PutCondition) =>
    claimRecords.write(store, instanceKey('claims', record.instance), record, { condition, durable: false });

  const isFree = async ({ record, ageSeconds }: Stored<ClaimRecord>, run: string): Promise<boolean> => {
    // Whoever gives it back is about to remove it, and must not remove a successor's.
    if (record.released !== undefined && ageSeconds > oldestLiveSeconds(heartbeat)) return true;
    if (record.released === 'gc' || (record.released === 'run' && record.run === run)) return false;
    return record.run === run || (await liveness(record.run)) !== 'live';
  };

  return {
    async claim(id, attempt, run) {
      const record: ClaimRecord = { schema: STORE_SCHEMA, instance: id, run, attempt, nonce: nonce() };
      const key = instanceKey('claims', id);
      let condition: PutCondition = { ifNoneMatch: '*' };
      let readFirst = contended.delete(id);
      for (let tries = 0; tries < 100; tries += 1) {
        if (!readFirst) {
          const etag = await put(record, condition);
          if (etag !== undefined) return { kind: 'claimed', claim: { record, etag } };
        }
        readFirst = false;
        const found = await claimRecords.look(store, key);
        if (found === undefined) {
          condition = { ifNoneMatch: '*' };
          continue;
        }
        if ('broken' in found) {
          // It says nothing of a holder; the commit keeps results right.
          if (found.etag === undefined) throw found.broken;
          tell(found.broken);
          condition = { ifMatch: found.etag };
          continue;
        }
        // A write that was repeated after a lost answer meets itself.
        if (found.record.nonce === record.nonce && found.record.released === undefined)
          return { kind: 'claimed', claim: { record, etag: found.etag } };
        if (!(await isFree(found, run))) {
          contended.add(id);
          return { kind: 'held', by: found.record };
        }
        condition = { ifMatch: found.etag };
      }
      throw new StoreError('store-unsuitable', `${key} changes faster than it can be claimed`, { key });
    },

    async release(claim) {
      await removeClaim(context, claim, 'run');
    },
  };
}

/** Gives a claim back: it is marked, and then removed. False: another run has taken over. */
export function removeClaim(context: Context, claim: Claim, by: 'run' | 'gc'): Promise<boolean> {
  const mark: ClaimRecord = { ...claim.record, released: by, nonce: context.nonce() };
  const key = instanceKey('claims', claim.record.instance);
  return removeMarked(context, claimRecords, key, { etag: claim.etag, mark });
}

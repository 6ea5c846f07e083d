import { StoreError } from '../../errors.ts';
import type { BackfillRecord } from '../../model/backfill.ts';
import type { ObjectStore } from '../../ports.ts';
import { backfillKey, BACKFILLS } from '../keys.ts';
import { placesBelow } from '../knowledge/listing.ts';
import type { PassBy } from '../records/damage.ts';
import { recordKind } from '../records/record.ts';
import { backfillFields } from '../records/record-shapes.ts';

export const backfillRecords = recordKind('the record of a backfill', backfillFields, {
  remedy: 'delete it: what was made stays, and the same command again does the rest',
  keyOf: ({ backfill }) => backfillKey(backfill),
  problem: ({ pipeline, request }) =>
    request.pipeline === pipeline
      ? undefined
      : `it is of ${pipeline}, and its request of ${request.pipeline}`,
});

/** What is recorded of backfills in one store. */
export interface Backfills {
  /** @throws StoreError where one of that id is recorded already. */
  start(record: Omit<BackfillRecord, 'nonce'>): Promise<void>;
  read(id: string): Promise<BackfillRecord | undefined>;
  /**
   * Writes what `change` makes of the record over exactly what it was made of, again if another wrote in between.
   * Undefined: there is none, or `change` left it as it is.
   */
  update(
    id: string,
    change: (record: BackfillRecord) => Omit<BackfillRecord, 'nonce'> | undefined,
  ): Promise<BackfillRecord | undefined>;
  /** Newest first; broken ones are named and passed by. */
  list(limit: number): Promise<readonly BackfillRecord[]>;
}

/** Each time another one wrote in between. */
const TRIES = 10;

export function createBackfills(
  { store, passBy }: { readonly store: ObjectStore; readonly passBy: PassBy },
  nonce: () => string,
): Backfills {
  return {
    async start(record) {
      const key = backfillKey(record.backfill);
      const whole = { ...record, nonce: nonce() };
      const etag = await backfillRecords.write(store, key, whole, { condition: { ifNoneMatch: '*' } });
      if (etag !== undefined) return;
      // A write that was repeated after a lost answer meets itself.
      if ((await backfillRecords.read(store, key))?.record.nonce === whole.nonce) return;
      throw new StoreError('precondition-failed', `a backfill ${record.backfill} is already recorded`, {
        key,
      });
    },

    read: async (id) => (await backfillRecords.read(store, backfillKey(id)))?.record,

    async update(id, change) {
      const key = backfillKey(id);
      for (let tries = 0; tries < TRIES; tries += 1) {
        const found = await backfillRecords.read(store, key);
        const changed = found && change(found.record);
        if (found === undefined || changed === undefined) return undefined;
        const whole = { ...changed, nonce: nonce() };
        const etag = await backfillRecords.write(store, key, whole, { condition: { ifMatch: found.etag } });
        if (etag !== undefined) return whole;
        if ((await backfillRecords.read(store, key))?.record.nonce === whole.nonce) return whole;
      }
      throw new StoreError('store-unsuitable', `${key} changes with every look at it: ask again`, { key });
    },

    async list(limit) {
      // Their names begin with when they began.
      const places = [...(await placesBelow(store, BACKFILLS, 'backfill'))].reverse().slice(0, limit);
      const found = await Promise.all(
        places.map(({ key }) => passBy(() => backfillRecords.read(store, key))),
      );
      return found.flatMap((stored) => (stored === undefined ? [] : [stored.record]));
    },
  };
}

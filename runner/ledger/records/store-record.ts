import { StoreError } from '../../errors.ts';
import { STORE_SCHEMA, type StoreRecord } from '../../model/records.ts';
import type { ObjectStore } from '../../ports.ts';
import { STORE_KEY } from '../keys.ts';
import { recordKind } from './record.ts';
import { storeFields } from './record-shapes.ts';

export const storeRecords = recordKind('the store’s own record', storeFields, {
  remedy: 'write {"schema": 1, "id": "…"} with any fresh id there',
});

/**
 * Of several that open a new store at once, one gives it its id and all take that. Before, the store proves that
 * it keeps its promises: there are buckets that take a condition and write anyway.
 */
export async function ensureStoreRecord(store: ObjectStore, nonce: () => string): Promise<StoreRecord> {
  const found = await storeRecords.read(store, STORE_KEY);
  if (found !== undefined) return found.record;
  await store.check();
  const mine: StoreRecord = { schema: STORE_SCHEMA, id: nonce() };
  const etag = await storeRecords.write(store, STORE_KEY, mine, { condition: { ifNoneMatch: '*' } });
  if (etag !== undefined) return mine;
  const theirs = await storeRecords.read(store, STORE_KEY);
  if (theirs !== undefined) return theirs.record;
  throw new StoreError('store-unsuitable', `${STORE_KEY} is refused as present and then not found`, {
    key: STORE_KEY,
  });
}

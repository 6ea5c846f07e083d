import { ProblemsError } from '../../errors.ts';
import { STORE_SCHEMA } from '../../model/records.ts';
import type { ObjectStore } from '../../ports.ts';
import { STORE_KEY } from '../keys.ts';
import { storeRecords } from '../records/store-record.ts';

/**
 * True: an earlier call has begun to copy this very source there. A copy has an id of its own: engines tell whose
 * containers are whose by it, and a cache whose manifests; two stores of one id would take each other's.
 */
export async function lookAtTarget(to: ObjectStore, sourceId: string): Promise<boolean> {
  const record = (await storeRecords.read(to, STORE_KEY))?.record;
  if (record?.copiedFrom === sourceId) return true;
  if (record?.id === sourceId) throw refusal('it is the store to copy from');
  if (record !== undefined) throw refusal(`it holds another store, ${record.id}`);
  for await (const page of to.list('')) {
    const [first] = page;
    if (first !== undefined) throw refusal(`it holds ${first.key}, and is no store`);
  }
  return false;
}

/** The first thing that is written: whoever opens the target from here on finds whose copy it is. */
export async function openTarget(
  { store, nonce }: { readonly store: ObjectStore; readonly nonce: () => string },
  sourceId: string,
): Promise<void> {
  const record = { schema: STORE_SCHEMA, id: nonce(), copiedFrom: sourceId };
  const etag = await storeRecords.write(store, STORE_KEY, record, { condition: { ifNoneMatch: '*' } });
  // Another call for the same source may have been first.
  if (etag === undefined) await lookAtTarget(store, sourceId);
}

function refusal(found: string): ProblemsError {
  return new ProblemsError([
    {
      severity: 'error',
      code: 'bad-target',
      message: `expected an empty place to copy to, or an unfinished copy of this store; ${found}`,
      fix: 'name another place',
    },
  ]);
}

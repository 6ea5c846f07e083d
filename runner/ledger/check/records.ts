import type { InstanceId } from '../../model/partition.ts';
import type { Manifest } from '../../model/records.ts';
import type { ObjectStore } from '../../ports.ts';
import { runOfAttempt } from '../../model/run-id.ts';
import { backfillRecords } from '../backfills/backfills.ts';
import { claimRecords } from '../claims/claims.ts';
import { slotRecords } from '../claims/slot-record.ts';
import { attemptOf, failureRecords } from '../failures.ts';
import { heartbeatRecords } from '../runs/heartbeats.ts';
import type { Place } from '../layout.ts';
import type { Ledger } from '../ledger.ts';
import { pipelineRecords } from '../records/owners.ts';
import { waitRecords } from '../waits.ts';
import { publicationRecords } from '../publish/publications.ts';
import { isDamage, isUnreadable } from '../records/damage.ts';
import type { RecordKind } from '../records/record.ts';
import { runRecords } from '../runs/runs.ts';
import { storeRecords } from '../records/store-record.ts';
import { tickRecords } from '../records/ticks.ts';
import { taskRecords } from '../records/task-keys.ts';
import type { Checking } from './finding.ts';

type RecordPlace = Extract<
  Place,
  {
    readonly kind:
      | 'store'
      | 'backfill'
      | 'pipeline'
      | 'task'
      | 'tick'
      | 'failure'
      | 'wait'
      | 'claim'
      | 'publication'
      | 'run'
      | 'heartbeat'
      | 'slot';
  }
>;

/** One record: whole, of a version that is known, and of whom its key names. */
export async function checkRecord(
  ledger: Ledger,
  key: string,
  place: RecordPlace,
  checking: Checking,
): Promise<void> {
  const { store } = ledger;
  switch (place.kind) {
    case 'store':
      return void (await readRecord(store, storeRecords, key, checking));
    case 'backfill':
      return void (await readRecord(store, backfillRecords, key, checking));
    case 'pipeline':
      return void (await readRecord(store, pipelineRecords, key, checking));
    case 'task':
      return void (await readRecord(store, taskRecords, key, checking));
    case 'tick':
      return void (await readRecord(store, tickRecords, key, checking));
    case 'failure':
      return void (await readRecord(store, failureRecords, key, checking));
    case 'wait':
      return void (await readRecord(store, waitRecords, key, checking));
    case 'claim':
      return void (await readRecord(store, claimRecords, key, checking));
    case 'run':
      return void (await readRecord(store, runRecords, key, checking));
    case 'heartbeat':
      return void (await readRecord(store, heartbeatRecords, key, checking));
    case 'slot':
      return void (await readRecord(store, slotRecords, key, checking));
    case 'publication': {
      const record = await readRecord(store, publicationRecords, key, checking);
      if (record !== undefined) await tellPending(ledger, key, place, checking);
    }
  }
}

/** Undefined: it is gone again, or damaged and told. */
export async function readRecord<T>(
  store: ObjectStore,
  kind: RecordKind<T>,
  key: string,
  checking: Checking,
): Promise<T | undefined> {
  checking.totals.records += 1;
  return unlessDamaged(key, checking, async () => (await kind.read(store, key))?.record);
}

export async function unlessDamaged<T>(
  key: string,
  { find }: Checking,
  read: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    const kind = isDamage(error) ? 'broken-record' : 'newer-record';
    find({ kind, damage: true, key, message: error.message });
    return undefined;
  }
}

/** A run whose record is damaged, as is told, may be one that lives. */
export async function mayLive(ledger: Ledger, run: string): Promise<boolean> {
  try {
    return (await ledger.liveness(run)) === 'live';
  } catch (error) {
    if (isUnreadable(error)) return true;
    throw error;
  }
}

/** What is damaged is told with the manifest itself. */
export async function readUndamaged(
  ledger: Ledger,
  id: InstanceId,
): Promise<Manifest | 'damaged' | undefined> {
  try {
    return (await ledger.readManifest(id))?.manifest;
  } catch (error) {
    if (isUnreadable(error)) return 'damaged';
    throw error;
  }
}

async function tellPending(
  ledger: Ledger,
  key: string,
  { id, attempt }: Extract<RecordPlace, { readonly kind: 'publication' }>,
  checking: Checking,
): Promise<void> {
  const run = runOfAttempt(attempt);
  if (await mayLive(ledger, run)) {
    const message = `${key} is in the hand of run ${run}`;
    return checking.find({ kind: 'in-hand', damage: false, key, message });
  }
  const manifest = await readUndamaged(ledger, id);
  // Of one that was never committed gc takes it away.
  if (manifest === 'damaged' || attemptOf(manifest) !== attempt) return;
  const message = `${key}: ${id} is committed, and not all of it may be published: sluice run ${id} copies what is missing, or names what stands in the way`;
  checking.find({ kind: 'unpublished', damage: false, key, message });
}

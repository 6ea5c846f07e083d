import { oldestLiveSeconds, type HeartbeatTimes } from '../../model/heartbeat.ts';
import type { SlotRecord } from '../../model/records.ts';
import type { Context } from '../context.ts';
import type { Ledger } from '../ledger.ts';
import type { Stored } from '../records/record.ts';
import { removeMarked } from './remove-marked.ts';
import { slotRecords } from './slot-record.ts';

/**
 * Removes a slot that nobody has had for a while, as those of a group that is named by its date: without that there
 * were more of them each day. Who still remembers it finds it changed and asks anew. False: it stays.
 */
export async function removeLeftSlot(
  context: Context,
  liveness: Ledger['liveness'],
  key: string,
  { graceSeconds, dryRun }: { readonly graceSeconds: number; readonly dryRun: boolean },
): Promise<boolean> {
  const found = await slotRecords.read(context.store, key);
  if (found === undefined || found.ageSeconds < graceSeconds) return false;
  if (isBeingRemoved(found, context.heartbeat)) return false;
  const { record, etag } = found;
  if (record.released !== true && (await liveness(record.run)) === 'live') return false;
  if (dryRun) return true;
  const mark: SlotRecord = { ...record, released: true, removing: true, nonce: context.nonce() };
  return removeMarked(context, slotRecords, key, { etag, mark });
}

export function isBeingRemoved(
  { record, ageSeconds }: Stored<SlotRecord>,
  heartbeat: HeartbeatTimes,
): boolean {
  return record.removing === true && ageSeconds <= oldestLiveSeconds(heartbeat);
}

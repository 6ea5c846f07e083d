import type { InstanceId } from '../../model/partition.ts';
import { STORE_SCHEMA, type SlotRecord } from '../../model/records.ts';
import type { PutCondition } from '../../ports.ts';
import type { Context } from '../context.ts';
import { isBeingRemoved } from './left-slots.ts';
import { slotRecords } from './slot-record.ts';

/** Whose turn it is where a pool is full. `key` is the pool's mark. */
export interface Turns {
  /** False: another run waits, and is to have what becomes free. */
  mayTake(key: string, run: string): Promise<boolean>;
  /** Found full: others are to leave the next slot to this run, unless another was here before. */
  wait(key: string, instance: InstanceId, run: string): Promise<void>;
  /** It has what it waited for. */
  end(key: string): Promise<void>;
}

const LOOK_MILLISECONDS = 5000;
/** A run that waits renews its mark; of one that does not any more nothing is left to respect. */
const FRESH_SECONDS = 15;

/**
 * Without this a run that gives a slot back and takes it again in the same breath keeps it from all that ask every
 * few seconds. Costs a run alone one read every 5 s, and nothing while it takes nothing.
 */
export function createTurns({ store, clock, nonce, tell, heartbeat }: Context): Turns {
  const mine = new Map<string, { readonly record: SlotRecord; readonly etag: string; readonly at: number }>();
  const lookedAt = new Map<string, number>();

  const isRecent = (at: number | undefined): boolean =>
    at !== undefined && clock.now() - at < LOOK_MILLISECONDS;
  const put = (key: string, record: SlotRecord, condition: PutCondition) =>
    slotRecords.write(store, key, record, { condition, durable: false });

  /** The condition on which the mark is ours to write; undefined: another run's turn. */
  async function look(key: string, run: string): Promise<PutCondition | undefined> {
    const found = await slotRecords.look(store, key);
    if (found === undefined) return { ifNoneMatch: '*' };
    if ('broken' in found) {
      if (found.etag === undefined) throw found.broken;
      tell(found.broken);
      return { ifMatch: found.etag };
    }
    const { record, ageSeconds, etag } = found;
    if (isBeingRemoved(found, heartbeat)) return undefined;
    const isForeign = record.released !== true && record.run !== run && ageSeconds <= FRESH_SECONDS;
    return isForeign ? undefined : { ifMatch: etag };
  }

  return {
    async mayTake(key, run) {
      if (mine.has(key) || isRecent(lookedAt.get(key))) return true;
      const free = (await look(key, run)) !== undefined;
      if (free) lookedAt.set(key, clock.now());
      return free;
    },

    async wait(key, instance, run) {
      const known = mine.get(key);
      if (isRecent(known?.at)) return;
      mine.delete(key);
      const condition = known === undefined ? await look(key, run) : { ifMatch: known.etag };
      if (condition === undefined) return;
      const record: SlotRecord = { schema: STORE_SCHEMA, run, instance, nonce: nonce() };
      const etag = await put(key, record, condition);
      if (etag !== undefined) mine.set(key, { record, etag, at: clock.now() });
    },

    async end(key) {
      const known = mine.get(key);
      if (known === undefined) return;
      mine.delete(key);
      await put(key, { ...known.record, released: true, nonce: nonce() }, { ifMatch: known.etag });
    },
  };
}

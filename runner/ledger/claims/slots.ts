import type { InstanceId } from '../../model/partition.ts';
import { STORE_SCHEMA, type SlotRecord } from '../../model/records.ts';
import type { SlotWant } from '../../model/slot.ts';
import type { PutCondition } from '../../ports.ts';
import type { Context } from '../context.ts';
import { nextKey, slotKey } from '../keys.ts';
import type { Ledger, Slot } from '../ledger.ts';
import { slotRecords } from './slot-record.ts';
import { isBeingRemoved } from './left-slots.ts';
import { createTurns } from './turns.ts';

/** So long a pool that was found full is not asked again by this process, however many instances wait for it. */
const FULL_MILLISECONDS = 1000;
const TRIES = 10;

/**
 * Limits over all runs on a store. A slot is a record that names its run; whoever writes it on condition has it. A
 * run alone pays one request to take a slot and one to give it back: it remembers the version it left. The first
 * time, it may meet what earlier runs left there: three requests. Only `gc` removes slots: see `left-slots.ts`.
 */
export function createSlots(
  context: Context,
  liveness: Ledger['liveness'],
): Pick<Ledger, 'takeSlots' | 'releaseSlots'> {
  const { store, clock, nonce, tell, heartbeat } = context;
  const turns = createTurns(context);
  /** In the hand of this process, or being asked for. */
  const busy = new Set<string>();
  /** Versions that this process left free. */
  const free = new Map<string, string>();
  /** Found in the hand of another run: read first. */
  const foreign = new Map<string, string>();
  const fullUntil = new Map<string, number>();

  const put = (key: string, record: SlotRecord, condition: PutCondition) =>
    slotRecords.write(store, key, record, { condition, durable: false });

  async function take(key: string, instance: InstanceId, run: string): Promise<Slot | undefined> {
    const record: SlotRecord = { schema: STORE_SCHEMA, run, instance, nonce: nonce() };
    const left = free.get(key);
    let condition: PutCondition = left === undefined ? { ifNoneMatch: '*' } : { ifMatch: left };
    let readFirst = foreign.delete(key);
    free.delete(key);
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (!readFirst) {
        const etag = await put(key, record, condition);
        if (etag !== undefined) return { key, record, etag };
      }
      readFirst = false;
      const found = await slotRecords.look(store, key);
      if (found === undefined) {
        condition = { ifNoneMatch: '*' };
        continue;
      }
      if ('broken' in found) {
        if (found.etag === undefined) throw found.broken;
        tell(found.broken);
        condition = { ifMatch: found.etag };
        continue;
      }
      // A write that was repeated after a lost answer meets itself.
      if (found.record.nonce === record.nonce) return { key, record, etag: found.etag };
      if (isBeingRemoved(found, heartbeat)) return undefined;
      // One of this run that nobody here has was to be given back, and the store did not answer.
      const isHeld =
        found.record.released !== true &&
        found.record.run !== run &&
        (await liveness(found.record.run)) === 'live';
      if (isHeld) {
        foreign.set(key, found.record.run);
        return undefined;
      }
      condition = { ifMatch: found.etag };
    }
    // Many want it at this moment; one of them has it.
    return undefined;
  }

  async function takeOf(want: SlotWant, instance: InstanceId, run: string): Promise<readonly Slot[]> {
    const taken: Slot[] = [];
    const untried = slotKeys(want).filter((key) => !busy.has(key));
    untried.sort((a, b) => Number(free.has(b)) - Number(free.has(a)));
    for (const [at, key] of untried.entries()) {
      if (taken.length === want.weight || taken.length + untried.length - at < want.weight) break;
      if (busy.has(key)) continue;
      busy.add(key);
      let slot: Slot | undefined;
      try {
        slot = await take(key, instance, run);
      } catch (error) {
        await give(taken);
        throw error;
      } finally {
        if (slot === undefined) busy.delete(key);
      }
      if (slot !== undefined) taken.push(slot);
    }
    if (taken.length === want.weight) return taken;
    await give(taken);
    return [];
  }

  /** Over exactly what was written: of a run that was thought dead, another may have it by now. */
  async function give(slots: readonly Slot[]): Promise<void> {
    for (const { key, record, etag } of slots) {
      try {
        const released: SlotRecord = { ...record, released: true, nonce: nonce() };
        const left = await put(key, released, { ifMatch: etag });
        if (left !== undefined) free.set(key, left);
        fullUntil.delete(poolOf(key));
      } finally {
        busy.delete(key);
      }
    }
  }

  return {
    async takeSlots(wants, instance, run) {
      const slots: Slot[] = [];
      // All or none, so nobody waits while it holds one.
      for (const want of wants) {
        const name = poolOf(slotKey(want, 1));
        const isFull = clock.now() < (fullUntil.get(name) ?? 0);
        let got: readonly Slot[] = [];
        try {
          if (!isFull && (await turns.mayTake(nextKey(want), run))) {
            got = await takeOf(want, instance, run);
            if (got.length > 0) await turns.end(nextKey(want));
            else if (want.yields !== true) await turns.wait(nextKey(want), instance, run);
          }
        } catch (error) {
          await give([...slots, ...got]);
          throw error;
        }
        if (got.length === 0) {
          if (!isFull) fullUntil.set(name, clock.now() + FULL_MILLISECONDS);
          await give(slots);
          const by = slotKeys(want)
            .map((key) => foreign.get(key))
            .find((holder) => holder !== undefined);
          return { kind: 'full', want, ...(by !== undefined && { by }) };
        }
        slots.push(...got);
      }
      return { kind: 'taken', slots };
    },

    releaseSlots: give,
  };
}

function slotKeys(want: SlotWant): readonly string[] {
  return Array.from({ length: want.capacity }, (_, n) => slotKey(want, n + 1));
}

function poolOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/'));
}

import type { InstanceId } from '../model/partition.ts';
import { STORE_SCHEMA, type WaitRecord } from '../model/records.ts';
import type { Context } from './context.ts';
import { isOpen } from './failures.ts';
import { instanceKey } from './keys.ts';
import { placesBelow } from './knowledge/listing.ts';
import type { Ask, Ledger, PassedDeadline } from './ledger.ts';
import type { Manifests } from './manifests.ts';
import { conditionOver, recordKind } from './records/record.ts';
import { waitFields } from './records/record-shapes.ts';

export const waitRecords = recordKind('the record of a wait', waitFields, {
  remedy: 'delete it: the instance then counts as missing, and as never asked for',
  keyOf: ({ instance }) => instanceKey('waits', instance),
});

export type Waits = Pick<Ledger, 'recordWait' | 'tellDeadline' | 'closeWait' | 'readWait' | 'openWaits'>;

export function createWaits(context: Context, manifests: Pick<Manifests, 'readManifest'>): Waits {
  const { store, passBy } = context;

  return {
    recordWait: (ask) => write(ask.instance, (before) => asked(ask, before)),

    async tellDeadline(deadline) {
      let told = false;
      await write(deadline.instance, (before) => {
        told = before?.deadlineToldAt === undefined || before.over !== deadline.over;
        return told ? withDeadline(deadline, before) : undefined;
      });
      return told;
    },

    async closeWait(id, by) {
      const key = instanceKey('waits', id);
      const before =
        by === 'failure' ? (await passBy(() => waitRecords.read(store, key)))?.record : undefined;
      if (before?.deadlineToldAt === undefined) return store.delete([key]);
      await write(id, (now) => (now?.lastAsk === undefined ? undefined : withoutAsks(now)));
    },

    async readWait(id) {
      return (await passBy(() => waitRecords.read(store, instanceKey('waits', id))))?.record;
    },

    async openWaits(pipeline) {
      const open: WaitRecord[] = [];
      const below = pipeline === undefined ? 'waits/' : `waits/${pipeline}/`;
      for (const { key } of await placesBelow(store, below, 'wait')) {
        const record = await passBy(() => openAt(key));
        if (record?.lastAsk !== undefined) open.push(record);
      }
      return open;
    },
  };

  /** Over exactly what was read, so that of several that write at once each builds on the other; undefined: as it is. */
  async function write(
    id: InstanceId,
    change: (before: WaitRecord | undefined) => WaitRecord,
  ): Promise<WaitRecord>;
  async function write(
    id: InstanceId,
    change: (before: WaitRecord | undefined) => WaitRecord | undefined,
  ): Promise<WaitRecord | undefined>;
  async function write(
    id: InstanceId,
    change: (before: WaitRecord | undefined) => WaitRecord | undefined,
  ): Promise<WaitRecord | undefined> {
    const key = instanceKey('waits', id);
    for (;;) {
      const found = await waitRecords.look(store, key);
      const record = change(found === undefined || 'broken' in found ? undefined : found.record);
      if (record === undefined) return undefined;
      const etag = await waitRecords.write(store, key, record, conditionOver(found));
      if (etag !== undefined) return record;
    }
  }

  async function openAt(key: string): Promise<WaitRecord | undefined> {
    const record = (await waitRecords.read(store, key))?.record;
    return record !== undefined && (await isOpen(manifests, record)) ? record : undefined;
  }
}

function asked({ instance, over, ...lastAsk }: Ask, found: WaitRecord | undefined): WaitRecord {
  const before = found?.over === over ? found : undefined;
  const goesOn = before?.lastAsk !== undefined;
  // Written twice after a lost answer it is still one ask.
  const isAgain = before?.lastAsk?.attempt === lastAsk.attempt;
  return {
    schema: STORE_SCHEMA,
    instance,
    over,
    since: goesOn ? before.since : lastAsk.at,
    count: goesOn ? before.count + (isAgain ? 0 : 1) : 1,
    lastAsk,
    ...(before?.deadlineToldAt === undefined ? {} : { deadlineToldAt: before.deadlineToldAt }),
  };
}

function withDeadline({ instance, over, at }: PassedDeadline, found: WaitRecord | undefined): WaitRecord {
  const before = found?.over === over ? found : undefined;
  return { schema: STORE_SCHEMA, instance, over, since: at, count: 0, ...before, deadlineToldAt: at };
}

function withoutAsks({ lastAsk: _lastAsk, ...record }: WaitRecord): WaitRecord {
  return { ...record, since: record.deadlineToldAt ?? record.since, count: 0 };
}

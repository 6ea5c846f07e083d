import type { InstanceId } from '../model/partition.ts';
import type { FailureRecord } from '../model/records.ts';
import { instanceKey } from './keys.ts';
import { placesBelow } from './knowledge/listing.ts';
import type { Ledger } from './ledger.ts';
import type { Manifests } from './manifests.ts';
import type { Context } from './context.ts';
import { conditionOver, recordKind } from './records/record.ts';
import { failureFields } from './records/record-shapes.ts';

export const failureRecords = recordKind('the record of a failure', failureFields, {
  remedy: 'delete it: the instance then counts as missing',
  keyOf: ({ instance }) => instanceKey('failures', instance),
});

export type Failures = Pick<
  Ledger,
  'recordFailure' | 'closeFailure' | 'forgetFailure' | 'readFailure' | 'openFailures'
>;

export function createFailures(context: Context, manifests: Pick<Manifests, 'readManifest'>): Failures {
  const { store, passBy } = context;

  return {
    /** Over one that is still open the count goes on; whoever else writes meanwhile is counted too. */
    async recordFailure(failure) {
      const key = instanceKey('failures', failure.instance);
      for (;;) {
        const found = await failureRecords.look(store, key);
        const before = found === undefined || 'broken' in found ? undefined : found.record;
        const etag = await failureRecords.write(store, key, continued(failure, before), conditionOver(found));
        if (etag !== undefined) return;
      }
    },

    async closeFailure(id) {
      const key = instanceKey('failures', id);
      const failure = (await passBy(() => failureRecords.read(store, key)))?.record;
      if (failure !== undefined && !(await isOpen(manifests, failure))) await store.delete([key]);
    },

    async forgetFailure(id) {
      await store.delete([instanceKey('failures', id)]);
    },

    async readFailure(id) {
      return (await passBy(() => failureRecords.read(store, instanceKey('failures', id))))?.record;
    },

    async openFailures(pipeline) {
      const open: FailureRecord[] = [];
      const below = pipeline === undefined ? 'failures/' : `failures/${pipeline}/`;
      for (const { key } of await placesBelow(store, below, 'failure')) {
        const record = await passBy(() => openAt(key));
        if (record !== undefined) open.push(record);
      }
      return open;
    },
  };

  async function openAt(key: string): Promise<FailureRecord | undefined> {
    const record = (await failureRecords.read(store, key))?.record;
    return record !== undefined && (await isOpen(manifests, record)) ? record : undefined;
  }
}

/** A failure or a wait is, as long as what was committed when it began still is. */
export async function isOpen(
  manifests: Pick<Manifests, 'readManifest'>,
  { instance, over }: { readonly instance: InstanceId; readonly over: string | null },
): Promise<boolean> {
  return over === (await committedAttempt(manifests, instance));
}

export async function committedAttempt(
  manifests: Pick<Manifests, 'readManifest'>,
  id: InstanceId,
): Promise<string | null> {
  return attemptOf((await manifests.readManifest(id))?.manifest);
}

/** A void manifest commits nothing. */
export function attemptOf(
  manifest: { readonly outcome: string; readonly attempt: string } | undefined,
): string | null {
  return manifest === undefined || manifest.outcome === 'void' ? null : manifest.attempt;
}

function continued(failure: FailureRecord, before: FailureRecord | undefined): FailureRecord {
  if (before === undefined || before.over !== failure.over) return failure;
  if (before.attempt === failure.attempt) {
    return { ...failure, count: before.count, firstFailedAt: before.firstFailedAt };
  }
  return { ...failure, count: before.count + 1, firstFailedAt: before.firstFailedAt };
}

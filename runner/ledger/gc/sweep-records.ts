import { isConflict, type Stored } from '../records/record.ts';
import { StoreError } from '../../errors.ts';
import { oldestLiveSeconds } from '../../model/heartbeat.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { ClaimRecord } from '../../model/records.ts';
import { runOfAttempt } from '../../model/run-id.ts';
import { claimRecords, removeClaim } from '../claims/claims.ts';
import { attemptOf, failureRecords } from '../failures.ts';
import { attemptPrefix, instanceOfException, parsePublicationKey, PUBLISHED_PATHS } from '../keys.ts';
import type { GcOptions, Ledger } from '../ledger.ts';
import { keysBelow } from '../knowledge/listing.ts';
import type { Manifests } from '../manifests.ts';
import type { Context } from '../context.ts';

/**
 * Removes records that say nothing any more: claims of runs that are over, failures that a commit has closed,
 * pending publications of attempts that never came to be, marks of manifests that were replaced. Returns how many.
 */
export async function sweepRecords(
  context: Context,
  manifests: Manifests,
  liveness: Ledger['liveness'],
  options: GcOptions,
  nowMs: number,
): Promise<number> {
  const { store } = context;
  const isOver = async (run: string) => (await liveness(run)) !== 'live';
  const isOld = (time: string) => nowMs - Date.parse(time) >= options.graceSeconds * 1000;

  const removed =
    (await sweepClaims()) +
    (await sweep('failures/', async (key) => {
      const failure = (await failureRecords.read(store, key))?.record;
      if (failure === undefined || !isOld(failure.finishedAt)) return false;
      return failure.over !== (await committedAttempt(failure.instance));
    })) +
    (await sweep('publications/', async (key) => {
      if (key.startsWith(PUBLISHED_PATHS)) return false;
      const { id, attempt } = parsePublicationKey(key);
      const state = await liveness(runOfAttempt(attempt));
      if (state !== 'finished' && state !== 'dead') return false;
      // Who is only thought dead may commit until a fence has taken its objects.
      if (state === 'dead' && (await keysBelow(store, attemptPrefix(id, attempt))).length > 0) return false;
      return attempt !== (await committedAttempt(id));
    }));
  return removed + (await sweepMarks());

  /** One that is taken over meanwhile stays: see `removeClaim`. */
  async function sweepClaims(): Promise<number> {
    let count = 0;
    for (const key of await keysBelow(store, 'claims/')) {
      options.signal?.throwIfAborted();
      const removed = await unlessCorrupt(async () => {
        const claim = await claimRecords.read(store, key);
        if (claim === undefined || !(await isLeft(claim))) return false;
        return options.dryRun || (await removeClaim(context, claim, 'gc'));
      });
      if (removed) count += 1;
    }
    return count;
  }

  async function isLeft({ record, ageSeconds }: Stored<ClaimRecord>): Promise<boolean> {
    // Its remover may still be at it.
    if (record.released === 'gc') return ageSeconds > oldestLiveSeconds(context.heartbeat);
    return isOver(record.run);
  }

  async function sweep(prefix: string, isSpent: (key: string) => Promise<boolean>): Promise<number> {
    let count = 0;
    for (const key of await keysBelow(store, prefix)) {
      options.signal?.throwIfAborted();
      if (!(await unlessCorrupt(() => isSpent(key)))) continue;
      if (!options.dryRun) await store.delete([key]);
      count += 1;
    }
    return count;
  }

  /** A fresh etag for the manifest goes before, so that a writer whose mark this is can't follow up on it. */
  async function sweepMarks(): Promise<number> {
    const marks = new Map<InstanceId, string[]>();
    for (const key of await keysBelow(store, 'exceptions/')) {
      const id = instanceOfException(key);
      marks.set(id, [...(marks.get(id) ?? []), key]);
    }
    let count = 0;
    for (const [id, keys] of marks) {
      options.signal?.throwIfAborted();
      const spent = await unlessCorrupt(async () => {
        const stored = await manifests.readManifest(id);
        if (stored?.manifest.outcome !== 'succeeded') return false;
        for (const key of keys) {
          const mark = await store.get(key);
          for await (const _ of mark?.body ?? []) void _;
          if (mark === undefined || !isOld(mark.modifiedAt)) return false;
        }
        if (options.dryRun) return true;
        return (await manifests.refreshManifest(stored)).kind === 'committed';
      });
      if (spent) count += keys.length;
    }
    return count;
  }

  async function committedAttempt(id: InstanceId): Promise<string | null> {
    return attemptOf((await manifests.readManifest(id))?.manifest);
  }
}

/** What can't be read is left for a person to look at. */
async function unlessCorrupt(act: () => Promise<boolean>): Promise<boolean> {
  try {
    return await act();
  } catch (error) {
    if (isConflict(error) || (error instanceof StoreError && error.code === 'store-corrupt')) return false;
    throw error;
  }
}

import { isConflict, type Stored } from '../records/record.ts';
import { oldestLiveSeconds } from '../../model/heartbeat.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { ClaimRecord } from '../../model/records.ts';
import { runOfAttempt } from '../../model/run-id.ts';
import { claimRecords, removeClaim } from '../claims/claims.ts';
import { removeLeftSlot } from '../claims/left-slots.ts';
import { committedAttempt, failureRecords, isOpen } from '../failures.ts';
import { attemptPrefix } from '../../model/key.ts';
import type { GcOptions, Ledger } from '../ledger.ts';
import { keysBelow, placesBelow } from '../knowledge/listing.ts';
import { waitRecords } from '../waits.ts';
import { isUnreadable } from '../records/damage.ts';
import type { Manifests } from '../manifests.ts';
import type { Context } from '../context.ts';

export interface Swept {
  readonly removed: number;
  /** In words: what cannot be read is left for a person to look at. */
  readonly problems: readonly string[];
}

/**
 * Removes records that say nothing any more: claims of runs that are over, failures and waits that a commit has closed,
 * pending publications of attempts that never came to be, marks of manifests that were replaced, slots that nobody
 * has any more.
 */
export async function sweepRecords(
  context: Context,
  manifests: Manifests,
  liveness: Ledger['liveness'],
  options: GcOptions,
  nowMs: number,
): Promise<Swept> {
  const { store } = context;
  const problems: string[] = [];
  const isOver = async (run: string) => (await liveness(run)) !== 'live';
  const isOld = (time: string) => nowMs - Date.parse(time) >= options.graceSeconds * 1000;

  let removed = await sweepClaims();
  const { graceSeconds, dryRun } = options;
  for (const { key } of await placesBelow(store, 'pools/', 'slot')) {
    options.signal?.throwIfAborted();
    if (await unlessUnreadable(() => removeLeftSlot(context, liveness, key, { graceSeconds, dryRun })))
      removed += 1;
  }
  for (const { key } of await placesBelow(store, 'failures/', 'failure')) {
    removed += await sweep(key, async () => {
      const failure = (await failureRecords.read(store, key))?.record;
      if (failure === undefined || !isOld(failure.finishedAt)) return false;
      return !(await isOpen(manifests, failure));
    });
  }
  for (const { key } of await placesBelow(store, 'waits/', 'wait')) {
    removed += await sweep(key, async () => {
      const wait = (await waitRecords.read(store, key))?.record;
      if (wait === undefined || !isOld(wait.lastAsk?.at ?? wait.since)) return false;
      return !(await isOpen(manifests, wait));
    });
  }
  for (const { key, place } of await placesBelow(store, 'publications/', 'publication')) {
    removed += await sweep(key, async () => {
      const { id, attempt } = place;
      const state = await liveness(runOfAttempt(attempt));
      if (state !== 'finished' && state !== 'dead') return false;
      // Who is only thought dead may commit until a fence has taken its objects.
      if (state === 'dead' && (await keysBelow(store, attemptPrefix(id, attempt))).length > 0) return false;
      return attempt !== (await committedAttempt(manifests, id));
    });
  }
  removed += await sweepMarks();
  return { removed, problems };

  /** One that is taken over meanwhile stays: see `removeClaim`. */
  async function sweepClaims(): Promise<number> {
    let count = 0;
    for (const { key } of await placesBelow(store, 'claims/', 'claim')) {
      options.signal?.throwIfAborted();
      const isRemoved = await unlessUnreadable(async () => {
        const claim = await claimRecords.read(store, key);
        if (claim === undefined || !(await isLeft(claim))) return false;
        return options.dryRun || (await removeClaim(context, claim, 'gc'));
      });
      if (isRemoved) count += 1;
    }
    return count;
  }

  async function isLeft({ record, ageSeconds }: Stored<ClaimRecord>): Promise<boolean> {
    // Its remover may still be at it.
    if (record.released === 'gc') return ageSeconds > oldestLiveSeconds(context.heartbeat);
    return isOver(record.run);
  }

  async function sweep(key: string, isSpent: () => Promise<boolean>): Promise<0 | 1> {
    options.signal?.throwIfAborted();
    if (!(await unlessUnreadable(isSpent))) return 0;
    if (!options.dryRun) await store.delete([key]);
    return 1;
  }

  /** A fresh etag for the manifest goes before, so that a writer whose mark this is can't follow up on it. */
  async function sweepMarks(): Promise<number> {
    const marks = new Map<InstanceId, string[]>();
    for (const { key, place } of await placesBelow(store, 'exceptions/', 'mark')) {
      marks.set(place.id, [...(marks.get(place.id) ?? []), key]);
    }
    let count = 0;
    for (const [id, keys] of marks) {
      options.signal?.throwIfAborted();
      const spent = await unlessUnreadable(async () => {
        const stored = await manifests.readManifest(id);
        if (stored?.manifest.outcome !== 'succeeded') return false;
        for (const key of keys) {
          const mark = await store.get(key);
          for await (const _ of mark?.body ?? []) break;
          if (mark === undefined || !isOld(mark.modifiedAt)) return false;
        }
        if (options.dryRun) return true;
        return (await manifests.refreshManifest(stored)).kind === 'committed';
      });
      if (spent) count += keys.length;
    }
    return count;
  }

  async function unlessUnreadable(act: () => Promise<boolean>): Promise<boolean> {
    try {
      return await act();
    } catch (error) {
      if (isConflict(error)) return false;
      if (!isUnreadable(error)) throw error;
      problems.push(error.message);
      return false;
    }
  }
}

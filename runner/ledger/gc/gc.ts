import { StoreError } from '../../errors.ts';
import type { InstanceId } from '../../model/partition.ts';
import { runOfAttempt } from '../../model/run-id.ts';
import { claimRecords } from '../claims/claims.ts';
import { attemptOf } from '../failures.ts';
import { instanceKey, STORE_KEY } from '../keys.ts';
import type { GcKept, GcOptions, GcReport, Ledger, StoredManifest } from '../ledger.ts';
import type { Manifests } from '../manifests.ts';
import type { ObjectStore } from '../../ports.ts';
import type { Context } from '../context.ts';
import { isUnreadable } from '../records/damage.ts';
import { storedAttempts, type StoredAttempt } from './stored-attempts.ts';
import { supersededBy } from './superseded.ts';
import { sweepRecords } from './sweep-records.ts';

/** A manifest that nobody wrote: what commits over absence must fail. */
const FENCE_REASON = 'what an unfinished attempt had left was removed';

/**
 * Removes attempts that no manifest names. Before anything goes, the instance's manifest gets a fresh etag (or a
 * void one is put where there was none): whoever still means to commit such an attempt then can't any more.
 */
export function createGc(
  context: Context,
  manifests: Manifests,
  liveness: Ledger['liveness'],
  run: () => string,
): Ledger['gc'] {
  const { store } = context;

  return async (options) => {
    const report = {
      attemptsRemoved: [] as string[],
      objectsRemoved: 0,
      bytesFreed: 0,
      problems: [] as string[],
      kept: { young: 0, inHand: 0, asked: 0 },
    };
    const nowMs = await storeTimeMs(store);
    const listed = storedAttempts(store, 'objects/', nowMs, { signal: options.signal });
    for await (const { id, attempts } of listed) {
      try {
        for (const removed of await collect(id, attempts, options, nowMs, report.kept)) {
          report.attemptsRemoved.push(`${id}/${removed.attempt}`);
          report.objectsRemoved += removed.keys.length;
          report.bytesFreed += removed.bytes;
        }
      } catch (error) {
        // One damaged record must not keep all the rest from being collected.
        if (!isUnreadable(error)) throw error;
        report.problems.push(error.message);
      }
    }
    const swept = await sweepRecords(context, manifests, liveness, options, nowMs);
    return {
      ...report,
      recordsRemoved: swept.removed,
      problems: [...new Set([...report.problems, ...swept.problems])],
    } satisfies GcReport;
  };

  async function collect(
    id: InstanceId,
    attempts: readonly StoredAttempt[],
    options: GcOptions,
    nowMs: number,
    kept: GcKept,
  ): Promise<readonly StoredAttempt[]> {
    const stored = await manifests.readManifest(id);
    const asked = newestSuperseded(stored, attempts, options.keep ?? 0);
    const garbage: StoredAttempt[] = [];
    for (const attempt of attempts) {
      if (attempt.attempt === attemptOf(stored?.manifest)) continue;
      const why = asked.has(attempt.attempt) ? 'asked' : await keptBy(attempt, stored, options, nowMs);
      if (why === 'nothing') garbage.push(attempt);
      else kept[why] += 1;
    }
    if (garbage.length === 0) return [];
    // A fence would cost whoever works on it right now its commit.
    if (await isInHand(id)) {
      kept.inHand += garbage.length;
      return [];
    }
    if (options.dryRun) return garbage;
    if (!(await fence(id, stored, garbage))) return [];
    for (const { keys } of garbage) await store.delete(keys);
    return garbage;
  }

  async function keptBy(
    { attempt, newestAt }: StoredAttempt,
    stored: StoredManifest | undefined,
    { graceSeconds }: GcOptions,
    nowMs: number,
  ): Promise<'young' | 'inHand' | 'nothing'> {
    const superseded = supersededBy(stored).find((entry) => entry.attempt === attempt);
    const since = superseded === undefined ? newestAt : Date.parse(superseded.at);
    if (nowMs - since < graceSeconds * 1000) return 'young';
    if (superseded !== undefined) return 'nothing';
    const state = await liveness(runOfAttempt(attempt));
    return state === 'finished' || state === 'dead' ? 'nothing' : 'inHand';
  }

  async function isInHand(id: InstanceId): Promise<boolean> {
    const claim = (await claimRecords.read(store, instanceKey('claims', id)))?.record;
    return claim !== undefined && claim.released === undefined && (await liveness(claim.run)) === 'live';
  }

  /** False: someone committed meanwhile; the next gc looks again. */
  async function fence(
    id: InstanceId,
    stored: StoredManifest | undefined,
    garbage: readonly StoredAttempt[],
  ): Promise<boolean> {
    if (stored === undefined) {
      return (await manifests.voidManifest(id, null, FENCE_REASON, run())).kind === 'committed';
    }
    const gone = new Set(garbage.map(({ attempt }) => attempt));
    const { supersededAttempts: _, ...manifest } = stored.manifest;
    const kept = supersededBy(stored).filter(({ attempt }) => !gone.has(attempt));
    const changes = kept.length === 0 ? {} : { supersededAttempts: kept };
    return (await manifests.refreshManifest({ ...stored, manifest }, changes)).kind === 'committed';
  }
}

/** By the store's clock, which is what dated all that is there: this machine's may be days off. */
async function storeTimeMs(store: ObjectStore): Promise<number> {
  const found = await store.get(STORE_KEY);
  for await (const _ of found?.body ?? []) void _;
  if (found === undefined) throw new StoreError('not-found', `${STORE_KEY} is gone`, { key: STORE_KEY });
  return Date.parse(found.answeredAt);
}

/** Of those that are still there: the manifest lists them in the order in which they were replaced. */
function newestSuperseded(
  stored: StoredManifest | undefined,
  attempts: readonly StoredAttempt[],
  keep: number,
): ReadonlySet<string> {
  const there = new Set(attempts.map(({ attempt }) => attempt));
  const superseded = supersededBy(stored).filter(({ attempt }) => there.has(attempt));
  return new Set(superseded.slice(Math.max(0, superseded.length - keep)).map(({ attempt }) => attempt));
}

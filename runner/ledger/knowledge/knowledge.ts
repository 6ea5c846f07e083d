import { isInstanceId, type InstanceId } from '../../model/partition.ts';
import type { HeldClaim, Knowledge, ListingRange } from '../../model/plan.ts';
import type { FailureRecord, Manifest, WaitRecord } from '../../model/records.ts';
import { runOfAttempt } from '../../model/run-id.ts';
import { claimRecords } from '../claims/claims.ts';
import { attemptOf, failureRecords } from '../failures.ts';
import { instanceKey, instanceOfException, parsePublicationKey } from '../keys.ts';
import type { Ledger } from '../ledger.ts';
import type { ManifestCache } from './manifest-cache.ts';
import { listManifests, listRanges, type ListedRange } from './listing.ts';
import { manifestRecords } from '../manifests.ts';
import { waitRecords } from '../waits.ts';
import { isUnreadable } from '../records/damage.ts';
import type { Context } from '../context.ts';

interface Parts {
  readonly cache: ManifestCache;
  readonly liveness: Ledger['liveness'];
  readonly readRun: Ledger['readRun'];
  readonly readTaskKeys: Ledger['readTaskKeys'];
}

interface RangeKnowledge {
  readonly manifests: Map<InstanceId, string>;
  readonly exceptions: Map<InstanceId, Manifest>;
  readonly failures: Map<InstanceId, FailureRecord>;
  readonly waits: Map<InstanceId, WaitRecord>;
  readonly claims: Map<InstanceId, HeldClaim>;
  readonly publications: Set<InstanceId>;
  readonly contents: Map<InstanceId, Manifest>;
}

/** Requests at a time for one range: a distant store answers slowly, but many at once. */
const READ_TOGETHER = 32;

/** Listings say what is done; only the few that are marked, failed or claimed are read. */
export function createKnowledge(
  { store, storeId, tell, passBy }: Context,
  { cache, liveness, readRun, readTaskKeys }: Parts,
): Ledger['readKnowledge'] {
  return async (ranges, { contents, glance, signal }) => {
    const [read, taskKeys] = await Promise.all([
      listRanges(store, ranges, signal).then((listed) =>
        Promise.all(listed.map((range) => readRange(range, contents ? 'all' : glance, signal))),
      ),
      recordedKeys(ranges),
    ]);
    const left = await Promise.all(ranges.map((range) => leftBehind(range, taskKeys, signal)));
    return {
      storeId,
      manifests: merged([...read.map((part) => part.manifests), ...left.flatMap((part) => part ?? [])]),
      exceptions: merged(read.map((part) => part.exceptions)),
      failures: merged(read.map((part) => part.failures)),
      waits: merged(read.map((part) => part.waits)),
      claims: merged(read.map((part) => part.claims)),
      publications: new Set(read.flatMap((part) => [...part.publications])),
      contents: merged(read.map((part) => part.contents)),
      taskKeys,
    } satisfies Knowledge;
  };

  async function recordedKeys(
    ranges: readonly ListingRange[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const tasks = new Map(ranges.map(({ pipeline, task }) => [`${pipeline}/${task}`, { pipeline, task }]));
    const found = await Promise.all(
      [...tasks].map(
        async ([name, { pipeline, task }]) => [name, await readTaskKeys(pipeline, task)] as const,
      ),
    );
    return new Map(found.flatMap(([name, keys]) => (keys === undefined ? [] : [[name, keys]])));
  }

  /** Where an edit has changed a task's key names: all its manifests, for most are outside of the range. */
  async function leftBehind(
    { pipeline, task, keys: now }: ListingRange,
    taskKeys: ReadonlyMap<string, readonly string[]>,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<InstanceId, string> | undefined> {
    const recorded = taskKeys.get(`${pipeline}/${task}`);
    if (now === undefined || recorded === undefined || recorded.join('/') === now.join('/')) return undefined;
    return listManifests(store, { pipeline, task }, signal);
  }

  /** What was listed of a range, and what of it must be read. */
  async function readRange(
    { range, manifests, marked, failing, waiting, claimed, pending }: ListedRange,
    wanted: 'all' | ReadonlySet<InstanceId> | undefined,
    signal: AbortSignal | undefined,
  ): Promise<RangeKnowledge> {
    const known = new Map<InstanceId, Manifest>();
    const exceptions = new Map<InstanceId, Manifest>();
    await together([...new Set(marked.map(instanceOfException))], signal, async (id) => {
      const manifest = await readSound(id, manifests);
      if (manifest === undefined) return;
      known.set(id, manifest);
      if (manifest.outcome !== 'succeeded') exceptions.set(id, manifest);
    });
    const failures = new Map<InstanceId, FailureRecord>();
    await together(failing, signal, async (key) => {
      const failure = (await passBy(() => failureRecords.read(store, key)))?.record;
      if (failure === undefined) return;
      if (await passBy(() => isOpen(failure, manifests, known))) failures.set(failure.instance, failure);
    });
    const waits = new Map<InstanceId, WaitRecord>();
    await together(waiting, signal, async (key) => {
      const wait = (await passBy(() => waitRecords.read(store, key)))?.record;
      if (wait === undefined) return;
      if (await passBy(() => isOpen(wait, manifests, known))) waits.set(wait.instance, wait);
    });
    const alive = once(liveness);
    const hostOf = once(async (run) => (await readRun(run))?.process.host);
    const claims = new Map<InstanceId, HeldClaim>();
    await together(claimed, signal, async (key) => {
      const claim = (await passBy(() => claimRecords.read(store, key)))?.record;
      if (claim === undefined || claim.released !== undefined || (await alive(claim.run)) !== 'live') return;
      const host = await hostOf(claim.run);
      claims.set(claim.instance, { run: claim.run, ...(host === undefined ? {} : { host }) });
    });
    const publications = new Set<InstanceId>();
    await together(pending, signal, async (key) => {
      const { id, attempt } = parsePublicationKey(key);
      // A live run still means to do it by itself.
      if ((await alive(runOfAttempt(attempt))) !== 'live') publications.add(id);
    });
    const contents =
      wanted === 'all'
        ? await readContents(range, manifests, known, signal)
        : await readFew(wanted ?? new Set(), manifests, known, signal);
    return { manifests, exceptions, failures, waits, claims, publications, contents };
  }

  /** Without the cache, which holds all of a task's: to open it would take longer than to read these. */
  async function readFew(
    wanted: ReadonlySet<InstanceId>,
    manifests: Map<InstanceId, string>,
    known: ReadonlyMap<InstanceId, Manifest>,
    signal: AbortSignal | undefined,
  ): Promise<Map<InstanceId, Manifest>> {
    const contents = new Map<InstanceId, Manifest>();
    const listed = [...wanted].filter((id) => manifests.has(id));
    await together(listed, signal, async (id) => {
      const manifest = known.get(id) ?? (await readFresh(id, manifests).catch(nameUnreadable));
      if (manifest !== undefined) contents.set(id, manifest);
    });
    return contents;
  }

  async function readContents(
    range: ListingRange,
    manifests: Map<InstanceId, string>,
    known: ReadonlyMap<InstanceId, Manifest>,
    signal: AbortSignal | undefined,
  ): Promise<Map<InstanceId, Manifest>> {
    const task = await cache.open(range.pipeline, range.task);
    const contents = new Map<InstanceId, Manifest>(known);
    const absent: InstanceId[] = [];
    for (const [id, etag] of manifests) {
      if (contents.has(id) || !isInstanceId(id)) continue;
      const manifest = task.get(id, etag);
      if (manifest === undefined) absent.push(id);
      else contents.set(id, manifest);
    }
    await together(absent, signal, async (id) => {
      const manifest = await readSound(id, manifests);
      if (manifest === undefined) return;
      contents.set(id, manifest);
      task.set(id, manifests.get(id) ?? '', manifest);
    });
    await task.save();
    return contents;
  }

  /** What is only looked at must not end a plan, also if a newer sluice wrote it. */
  function nameUnreadable(error: unknown): undefined {
    if (!isUnreadable(error)) throw error;
    tell(error);
    return undefined;
  }

  /** One that cannot be read is no result: what it is of counts as missing. */
  async function readSound(
    id: InstanceId,
    manifests: Map<InstanceId, string>,
  ): Promise<Manifest | undefined> {
    const manifest = await passBy(() => readFresh(id, manifests));
    if (manifest === undefined) manifests.delete(id);
    return manifest;
  }

  /** What is read counts, not what was listed a moment ago. */
  async function readFresh(
    id: InstanceId,
    manifests: Map<InstanceId, string>,
  ): Promise<Manifest | undefined> {
    const key = instanceKey('manifests', id);
    const found = await manifestRecords.read(store, key);
    if (found === undefined) {
      manifests.delete(id);
      return undefined;
    }
    manifests.set(id, found.etag);
    return found.record;
  }

  /** Over what was committed when it was written. */
  async function isOpen(
    { instance: id, over }: Pick<FailureRecord, 'instance' | 'over'>,
    manifests: Map<InstanceId, string>,
    known: ReadonlyMap<InstanceId, Manifest>,
  ): Promise<boolean> {
    if (!manifests.has(id)) return over === null;
    return over === attemptOf(known.get(id) ?? (await readFresh(id, manifests)));
  }
}

/** Many instances are in few runs' hands. */
function once<T>(ask: (run: string) => Promise<T>): (run: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (run) => {
    const answer = asked.get(run) ?? ask(run);
    asked.set(run, answer);
    return answer;
  };
}

async function together<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  act: (item: T) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += READ_TOGETHER) {
    signal?.throwIfAborted();
    await Promise.all(items.slice(start, start + READ_TOGETHER).map(act));
  }
}

/** The listing's maps are large: one range's is taken as it is. */
function merged<T>(parts: readonly ReadonlyMap<InstanceId, T>[]): ReadonlyMap<InstanceId, T> {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const all = new Map<InstanceId, T>();
  for (const part of parts) for (const [id, value] of part) all.set(id, value);
  return all;
}

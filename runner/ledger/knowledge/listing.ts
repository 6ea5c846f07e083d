import { isWithin } from '../../model/key.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { ListingRange } from '../../model/plan.ts';
import type { ObjectInfo, ObjectStore } from '../../ports.ts';
import { instanceOfKey, keyRange, manifestSplits, pipelinePrefix, type RangedRecord } from '../keys.ts';
import { placeOf, type Place } from '../layout.ts';
import { sideBySide } from '../side-by-side.ts';

/** The names of all records of the instances in a range. */
export interface ListedRange {
  readonly range: ListingRange;
  /** ETags; whoever reads a manifest later sets here what was read. */
  readonly manifests: Map<InstanceId, string>;
  readonly marked: readonly string[];
  readonly failing: readonly string[];
  readonly waiting: readonly string[];
  readonly claimed: readonly string[];
  readonly pending: readonly string[];
}

type Signal = AbortSignal | undefined;

/** Each holds a page or two: enough to keep a distant store busy, little to keep in memory. */
const LIST_TOGETHER = 16;

/**
 * Marks are listed after the manifests: a void or skipped one that was listed had its mark before. If the mark is
 * gone again, a plain manifest has taken its place.
 */
export async function listRanges(
  store: ObjectStore,
  ranges: readonly ListingRange[],
  signal: Signal,
): Promise<readonly ListedRange[]> {
  const manifests = new Map<ListingRange, Map<InstanceId, string>>();
  await sideBySide(ranges, LIST_TOGETHER, async (range) => {
    manifests.set(range, await listManifests(store, range, signal));
  });
  const [marked, failing, waiting, claimed, pending] = await Promise.all([
    rareKeys(store, 'exceptions', ranges, signal),
    rareKeys(store, 'failures', ranges, signal),
    rareKeys(store, 'waits', ranges, signal),
    rareKeys(store, 'claims', ranges, signal),
    rareKeys(store, 'publications', ranges, signal),
  ]);
  return ranges.map((range, place) => ({
    range,
    manifests: manifests.get(range) ?? new Map<InstanceId, string>(),
    marked: ofKind('mark', marked[place]),
    failing: ofKind('failure', failing[place]),
    waiting: ofKind('wait', waiting[place]),
    claimed: ofKind('claim', claimed[place]),
    pending: ofKind('publication', pending[place]),
  }));
}

/** Without keys that are nobody's: `sluice store check` names them. */
function ofKind(kind: Place['kind'], keys: readonly string[] = []): readonly string[] {
  return keys.filter((key) => placeOf(key).kind === kind);
}

/** The ETags of a range's manifests. */
export async function listManifests(
  store: ObjectStore,
  range: ListingRange,
  signal: Signal,
): Promise<Map<InstanceId, string>> {
  const { prefix, ...bounds } = keyRange('manifests', range);
  const options = { ...bounds, splits: manifestSplits(range), ...(signal && { signal }) };
  const manifests = new Map<InstanceId, string>();
  for await (const page of store.list(prefix, options)) {
    for (const { key, etag } of page) {
      if (key.endsWith('.json')) manifests.set(instanceOfKey('manifests', key), etag);
    }
  }
  return manifests;
}

/**
 * The keys in each of the ranges, of a kind of record that few instances have. One request tells that a whole
 * pipeline has none; only where it has more than a page of them each range is asked for by itself.
 */
async function rareKeys(
  store: ObjectStore,
  kind: RangedRecord,
  ranges: readonly ListingRange[],
  signal: Signal,
): Promise<readonly (readonly string[])[]> {
  const counts = new Map<string, number>();
  for (const { pipeline } of ranges) counts.set(pipeline, (counts.get(pipeline) ?? 0) + 1);
  const shared = [...counts].flatMap(([pipeline, count]) => (count > 1 ? [pipeline] : []));
  const few = new Map(
    await Promise.all(
      shared.map(
        async (pipeline) =>
          [pipeline, await onlyPage(store, pipelinePrefix(kind, pipeline), signal)] as const,
      ),
    ),
  );
  return Promise.all(
    ranges.map(async (range) => {
      const within = keyRange(kind, range);
      const all = few.get(range.pipeline);
      if (all !== undefined) return all.filter((key) => isWithin(key, within));
      const { prefix, ...bounds } = within;
      const found: string[] = [];
      for await (const page of store.list(prefix, { ...bounds, ...(signal && { signal }) }))
        found.push(...page.map(({ key }) => key));
      return found;
    }),
  );
}

/** All keys below a prefix if one page holds them; undefined: there are more. */
async function onlyPage(
  store: ObjectStore,
  prefix: string,
  signal: Signal,
): Promise<readonly string[] | undefined> {
  let keys: readonly string[] | undefined;
  for await (const page of store.list(prefix, signal && { signal })) {
    if (keys !== undefined) return undefined;
    keys = page.map(({ key }) => key);
  }
  return keys ?? [];
}

/** All of them at once: where there are few, or each must be looked at anyway. */
export async function keysBelow(store: ObjectStore, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const page of store.list(prefix)) keys.push(...page.map(({ key }) => key));
  return keys;
}

/** Those that are of one kind of record. */
export async function placesBelow<Kind extends Place['kind']>(
  store: ObjectStore,
  prefix: string,
  kind: Kind,
): Promise<readonly { readonly key: string; readonly place: Extract<Place, { readonly kind: Kind }> }[]> {
  const isOfKind = (place: Place): place is Extract<Place, { readonly kind: Kind }> => place.kind === kind;
  return (await keysBelow(store, prefix)).flatMap((key) => {
    const place = placeOf(key);
    return isOfKind(place) ? [{ key, place }] : [];
  });
}

/** One key, without its bytes. */
export async function listedAt(store: ObjectStore, key: string): Promise<ObjectInfo | undefined> {
  for await (const page of store.list(key, { to: key })) return page[0];
  return undefined;
}

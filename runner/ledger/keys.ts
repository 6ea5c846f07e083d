import type { KeyRange } from '../model/key.ts';
import { encodeValue, type InstanceId } from '../model/partition.ts';
import type { ListingRange } from '../model/plan.ts';
import type { SlotKind } from '../model/slot.ts';

/** The store's layout: no other file spells a key but `layout.ts`, which reads them back. `docs/store.md` explains each. */
export const STORE_KEY = 'store.json';

/** Records of which there is one an instance. */
export type InstanceRecord = 'manifests' | 'failures' | 'waits' | 'claims';

export function instanceKey(kind: InstanceRecord, id: InstanceId): string {
  return `${kind}/${id}.json`;
}

export function instanceOfKey(kind: InstanceRecord, key: string): InstanceId {
  return key.slice(kind.length + 1, -'.json'.length);
}

/** One mark a manifest: removing an old one can't take a newer one's away. */
export function exceptionPrefix(id: InstanceId): string {
  return `exceptions/${id}/`;
}

export function exceptionKey(id: InstanceId, nonce: string): string {
  return `${exceptionPrefix(id)}${nonce}`;
}

export function instanceOfException(key: string): InstanceId {
  return key.slice('exceptions/'.length, key.lastIndexOf('/'));
}

/** One an attempt, for the same reason. */
export function publicationPrefix(id: InstanceId): string {
  return `publications/${id}/`;
}

export function publicationKey(id: InstanceId, attempt: string): string {
  return `${publicationPrefix(id)}${attempt}.json`;
}

export function parsePublicationKey(key: string): { readonly id: InstanceId; readonly attempt: string } {
  const slash = key.lastIndexOf('/');
  return { id: key.slice('publications/'.length, slash), attempt: key.slice(slash + 1, -'.json'.length) };
}

export function taskPrefix(pipeline: string): string {
  return `tasks/${pipeline}/`;
}

export function taskKey(pipeline: string, task: string): string {
  return `${taskPrefix(pipeline)}${task}.json`;
}

export function pipelineKey(pipeline: string): string {
  return `pipelines/${pipeline}.json`;
}

export function tickKey(pipeline: string): string {
  return `ticks/${pipeline}.json`;
}

export const BACKFILLS = 'backfills/';

export function backfillKey(id: string): string {
  return `${BACKFILLS}${id}.json`;
}

export function runKey(run: string): string {
  return `runs/${run}/run.json`;
}

export function heartbeatKey(run: string): string {
  return `runs/${run}/heartbeat.json`;
}

/** Who is next where all slots are taken. */
export function nextKey(of: { readonly kind: SlotKind; readonly name: string }): string {
  return `${poolPrefix(of)}next.json`;
}

export function slotKey(of: { readonly kind: SlotKind; readonly name: string }, n: number): string {
  return `${poolPrefix(of)}${n}.json`;
}

/** `_groups` cannot be a pool: their names start with a letter. */
function poolPrefix({ kind, name }: { readonly kind: SlotKind; readonly name: string }): string {
  return `pools/${kind === 'group' ? '_groups/' : ''}${encodeValue(name)}/`;
}

export function logKey(run: string, id: InstanceId, attempt: string): string {
  return `${logFolder(run, id)}${attempt}.log`;
}

export function logFolder(run: string, id: InstanceId): string {
  return `runs/${run}/logs/${id}/`;
}

/** `_paths` cannot be a pipeline: their names start with a letter or a digit. */
export function publishedPathKey(pathHash: string): string {
  return `${PUBLISHED_PATHS}${pathHash}.json`;
}

export const PUBLISHED_PATHS = 'publications/_paths/';

/**
 * The keys of one kind of record in a range of partitions. A bound names one key of the partition or all: what
 * follows it in a key is `.json`, `/` or nothing, all below `0`.
 */
export function keyRange(kind: RangedRecord, range: ListingRange): KeyRange {
  const prefix = `${pipelinePrefix(kind, range.pipeline)}${range.task}/`;
  return {
    prefix,
    ...(range.from === undefined ? {} : { after: prefix + range.from }),
    ...(range.to === undefined ? {} : { to: `${prefix}${range.to}0` }),
  };
}

/** Kinds of which a range of instances is listed. */
export type RangedRecord = InstanceRecord | 'exceptions' | 'publications';

export function pipelinePrefix(kind: RangedRecord, pipeline: string): string {
  return `${kind}/${pipeline}/`;
}

/** Where the listing of a range's manifests may be divided. */
export function manifestSplits(range: ListingRange): readonly string[] {
  const { prefix } = keyRange('manifests', range);
  return (range.splits ?? []).map((partition) => prefix + partition);
}

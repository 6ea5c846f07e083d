import type { ObjectStore } from '../../ports.ts';
import { instanceOfKey, keyRange, taskPrefix } from '../keys.ts';
import { keysBelow } from '../knowledge/listing.ts';

/** What a pipeline has now, as far as its results are named after it. */
export interface Claims {
  readonly pipeline: string;
  /** By task; undefined: whatever partition of it. */
  readonly tasks: ReadonlyMap<string, TaskClaim | undefined>;
}

export interface TaskClaim {
  /** Undefined: its legs are not written down, or it has none. */
  readonly legs?: Legs | undefined;
  readonly time?: TimeClaim | undefined;
}

/** The time key, whose values come first, and which of them there are: its calendar or `start` may have changed. */
export interface TimeClaim {
  readonly key: string;
  readonly exists: (value: string) => boolean;
}

/** The ends of partitions that a written matrix allows: its keys come last. */
export interface Legs {
  readonly keys: readonly string[];
  readonly ends: ReadonlySet<string>;
}

/** Results that nothing asks for any more. */
export interface Unclaimed {
  readonly pipeline: string;
  readonly task: string;
  /** Of a task that is still there: the ends that its matrix has no more; else empty. */
  readonly legs: readonly string[];
  /** Of a task that is still there: instances whose time its calendar has no more; else empty. */
  readonly outside: readonly string[];
  readonly count: number;
  /** There may be more: not all were looked at. */
  readonly atLeast: boolean;
}

/** By listings alone: of a task that is gone, or renamed, and of legs that a changed list has left behind. */
export async function findUnclaimed(
  store: ObjectStore,
  { pipeline, tasks }: Claims,
  options: { readonly maxPages?: number; readonly signal?: AbortSignal } = {},
): Promise<readonly Unclaimed[]> {
  const prefix = taskPrefix(pipeline);
  const found: Unclaimed[] = [];
  for (const key of await keysBelow(store, prefix)) {
    const task = key.slice(prefix.length).replace(/\.json$/, '');
    const claim = tasks.get(task);
    if (tasks.has(task) && claim === undefined) continue;
    const { ids, atLeast } = await listResults(store, pipeline, task, options);
    const one = { pipeline, task, legs: [], outside: [], atLeast };
    if (claim === undefined) {
      if (ids.length > 0) found.push({ ...one, count: ids.length });
      continue;
    }
    const { legs, time } = claim;
    const left = legs === undefined ? [] : ids.filter((id) => isLeft(id, legs));
    const outside = time === undefined ? [] : ids.filter((id) => isOutside(id, time));
    if (legs !== undefined && left.length > 0)
      found.push({
        ...one,
        legs: [...new Set(left.map((id) => endOf(id, legs)))].sort(),
        count: left.length,
      });
    if (outside.length > 0) found.push({ ...one, outside, count: outside.length });
  }
  return found;
}

/** With other keys it is another matter, which is told as such. */
function isOutside(id: string, { key, exists }: TimeClaim): boolean {
  const [, , first = ''] = id.split('/', 3);
  return first.startsWith(`${key}=`) && !exists(first.slice(key.length + 1));
}

async function listResults(
  store: ObjectStore,
  pipeline: string,
  task: string,
  {
    maxPages = Number.POSITIVE_INFINITY,
    signal,
  }: { readonly maxPages?: number; readonly signal?: AbortSignal },
): Promise<{ readonly ids: readonly string[]; readonly atLeast: boolean }> {
  const ids: string[] = [];
  let pages = 0;
  const { prefix } = keyRange('manifests', { pipeline, task });
  for await (const page of store.list(prefix, signal && { signal })) {
    if (pages >= maxPages) return { ids, atLeast: true };
    pages += 1;
    for (const { key } of page) ids.push(instanceOfKey('manifests', key));
  }
  return { ids, atLeast: false };
}

/** One with other key names is another matter, which is told as such. */
function isLeft(id: string, legs: Legs): boolean {
  const end = endOf(id, legs);
  const names = end.split('/').map((part) => part.slice(0, part.indexOf('=')));
  return names.join('/') === legs.keys.join('/') && !legs.ends.has(end);
}

function endOf(id: string, { keys }: Legs): string {
  return id.split('/').slice(-keys.length).join('/');
}

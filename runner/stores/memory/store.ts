import { randomUUID } from 'node:crypto';
import { StoreError } from '../../errors.ts';
import { compareKeys, isImmutable, isWithin, keyProblem, type KeyRange } from '../../model/key.ts';
import type { ObjectInfo, ObjectStore, StoredBody } from '../../ports.ts';

/** Stores of this process by id, so that a `StoreRef` finds its store again. */
const stores = new Map<string, ObjectStore>();

const PAGE = 1000;

interface Entry {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly modifiedAt: string;
}

/** The store of that id in this process; made when there is none. */
export function openMemoryStore(id: string = randomUUID(), now: () => number = Date.now): ObjectStore {
  const known = stores.get(id);
  if (known !== undefined) return known;
  const store = createStore(id, now);
  stores.set(id, store);
  return store;
}

/** The first key that is not below it. */
function placeOf(order: readonly string[], key: string): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(order[middle] ?? '', key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function keysWithin(order: readonly string[], range: KeyRange): readonly string[] {
  const keys: string[] = [];
  for (let place = placeOf(order, range.prefix); place < order.length; place += 1) {
    const key = order[place] ?? '';
    if (!key.startsWith(range.prefix)) break;
    if (isWithin(key, range)) keys.push(key);
  }
  return keys;
}

function createStore(id: string, now: () => number): ObjectStore {
  const entries = new Map<string, Entry>();
  /** Their keys, in order. */
  const order: string[] = [];
  let writes = 0;

  async function put(...[key, body, options = {}]: Parameters<ObjectStore['put']>) {
    refuseBadKey(key);
    const { condition, signal } = options;
    refuseConditionalBlob(key, condition);
    const bytes = await collect(body, signal);
    signal?.throwIfAborted();
    const found = entries.get(key);
    if (condition !== undefined && 'ifNoneMatch' in condition && found !== undefined) {
      throw new StoreError('precondition-failed', `expected nothing under ${key}, found a value`, { key });
    }
    if (condition !== undefined && 'ifMatch' in condition && found?.etag !== condition.ifMatch) {
      throw new StoreError('precondition-failed', `${key} was changed meanwhile`, { key });
    }
    writes += 1;
    const etag = String(writes);
    if (found === undefined) order.splice(placeOf(order, key), 0, key);
    entries.set(key, { bytes, etag, modifiedAt: isoTime(now()) });
    return { etag };
  }

  return {
    ref: { kind: 'memory', id },
    put,

    async get(key, { range, signal } = {}): Promise<StoredBody | undefined> {
      refuseBadKey(key);
      signal?.throwIfAborted();
      const found = entries.get(key);
      if (found === undefined) return undefined;
      const bytes = range === undefined ? found.bytes : found.bytes.subarray(range.from, range.to + 1);
      return { ...infoOf(key, found), answeredAt: isoTime(now()), body: chunks(bytes) };
    },

    async *list(prefix, { after, to, signal } = {}) {
      const range = { prefix, ...(after !== undefined && { after }), ...(to !== undefined && { to }) };
      const keys = keysWithin(order, range);
      for (let start = 0; start < keys.length; start += PAGE) {
        signal?.throwIfAborted();
        const page = keys.slice(start, start + PAGE).flatMap((key) => {
          const found = entries.get(key);
          return found === undefined ? [] : [infoOf(key, found)];
        });
        if (page.length > 0) yield page;
      }
    },

    async copy(from, to, { signal } = {}) {
      refuseBadKey(from);
      refuseBadKey(to);
      signal?.throwIfAborted();
      const found = entries.get(from);
      if (found === undefined) {
        throw new StoreError('not-found', `expected an object to copy under ${from}, found none`, {
          key: from,
        });
      }
      await put(to, found.bytes);
    },

    async delete(keys, { signal } = {}) {
      keys.forEach(refuseBadKey);
      signal?.throwIfAborted();
      for (const key of keys) if (entries.delete(key)) order.splice(placeOf(order, key), 1);
    },

    async check() {},
  };
}

function infoOf(key: string, entry: Entry): ObjectInfo & { sizeBytes: number; modifiedAt: string } {
  return { key, etag: entry.etag, sizeBytes: entry.bytes.length, modifiedAt: entry.modifiedAt };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function refuseBadKey(key: string): void {
  const problem = keyProblem(key);
  if (problem !== undefined) {
    throw new StoreError('bad-key', `${JSON.stringify(key)} cannot be a key: ${problem}`, { key });
  }
}

function refuseConditionalBlob(key: string, condition: object | undefined): void {
  if (isImmutable(key) && condition !== undefined && 'ifMatch' in condition) {
    throw new StoreError('bad-key', `${key}: objects are not written over a version; use a new key`, { key });
  }
}

async function* chunks(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes.length > 0) yield bytes.slice();
}

async function collect(
  body: Uint8Array | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body.slice();
  const parts: Uint8Array[] = [];
  for await (const part of body) {
    signal?.throwIfAborted();
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

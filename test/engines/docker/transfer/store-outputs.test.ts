import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createOutputUploads } from '../../../../runner/engines/docker/transfer/store-outputs.ts';
import { createTransferBudget } from '../../../../runner/engines/docker/transfer/transfer-budget.ts';
import { StoreError } from '../../../../runner/errors.ts';
import type { ObjectStore } from '../../../../runner/ports.ts';
import { openMemoryStore } from '../../../../runner/stores/memory/store.ts';
import { keysBelow } from '../../../contracts/jobs.ts';

const LIMITS = { smallBytes: 10, heldBytes: 25, inParallel: 4 };
const PREFIX = 'objects/p/t/_/20210129T120000Z-aaaaaa-1/';

/** Lets an upload end when the test says so. */
function createSlowStore() {
  const memory = openMemoryStore();
  const open = new Map<string, (error?: Error) => void>();
  const store: ObjectStore = {
    ...memory,
    async put(key, body, options) {
      const written = await memory.put(key, body, options);
      const path = key.slice(PREFIX.length);
      try {
        await new Promise<void>((resolve, reject) => {
          open.set(path, (error) => (error === undefined ? resolve() : reject(error)));
          options?.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error));
        });
      } finally {
        open.delete(path);
      }
      return written;
    },
  };
  return { store, memory, open };
}

function uploadsTo(
  store: ObjectStore,
  signal = new AbortController().signal,
  onStored = (_key: string) => {},
) {
  const outputs = { store: store.ref, prefix: PREFIX, rules: [], values: [] };
  return createOutputUploads(outputs, store, createTransferBudget(LIMITS).share(), signal, onStored);
}

const file = (path: string, sizeBytes: number, executable = false) => ({ path, sizeBytes, executable });

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('outputs on their way to a store', () => {
  it('go several at once while they are small, and are told in the order of paths', async () => {
    const { store, open } = createSlowStore();
    const told: string[] = [];
    const uploads = uploadsTo(store, undefined, (key) => void told.push(key));
    for (const path of ['c', 'a', 'b']) await uploads.put(file(path, 1), once(path));
    await turn();
    expect([...open.keys()]).toEqual(['c', 'a', 'b']);
    for (const end of open.values()) end();
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(await uploads.finish()).toEqual(
      ['a', 'b', 'c'].map((path) => ({ path, bytes: 1, sha256: sha256(path) })),
    );
    expect(told).toEqual(['c', 'a', 'b'].map((path) => PREFIX + path));
  });

  it('wait for room: neither more of them nor more bytes are held than allowed', async () => {
    const { store, open } = createSlowStore();
    const uploads = uploadsTo(store);
    await uploads.put(file('a', 9), once('123456789'));
    await uploads.put(file('b', 9), once('123456789'));
    let isTaken = false;
    const third = uploads.put(file('c', 9), once('123456789')).then(() => (isTaken = true));
    await turn();
    expect({ isTaken, open: [...open.keys()] }).toEqual({ isTaken: false, open: ['a', 'b'] });
    open.get('a')?.();
    await third;
    await turn();
    for (const end of open.values()) end();
    expect(await uploads.finish()).toHaveLength(3);
  });

  it('are streamed where they are large: the next waits for its end', async () => {
    const { store, open } = createSlowStore();
    const uploads = uploadsTo(store);
    let isTaken = false;
    const large = uploads.put(file('large', 11), once('12345678901')).then(() => (isTaken = true));
    await turn();
    expect(isTaken).toBe(false);
    open.get('large')?.();
    await large;
    expect(await uploads.finish()).toMatchObject([{ path: 'large', bytes: 11 }]);
  });

  it('fail all with the first failure, and nothing of them stays', async () => {
    const { store, memory, open } = createSlowStore();
    const uploads = uploadsTo(store);
    await uploads.put(file('a', 1), once('a'));
    await uploads.put(file('b', 1), once('b'));
    await turn();
    const full = new StoreError('store-full', 'no space left');
    open.get('b')?.(full);
    await turn();
    // The others are stopped, and nothing more is taken.
    expect(open.size).toBe(0);
    await expect(uploads.put(file('c', 1), once('c'))).rejects.toBe(full);
    await expect(uploads.finish()).rejects.toBe(full);
    await uploads.discard();
    expect(await keysBelow(memory, PREFIX)).toEqual([]);
  });

  it('tell the first failure also where it stops a large one', async () => {
    const { store, open } = createSlowStore();
    const uploads = uploadsTo(store);
    await uploads.put(file('a', 1), once('a'));
    const large = uploads.put(file('large', 11), once('12345678901'));
    await turn();
    const full = new StoreError('store-full', 'no space left');
    open.get('a')?.(full);
    await expect(large).rejects.toBe(full);
    await uploads.discard();
  });

  it('end with the signal, and nothing of them stays or is left going', async () => {
    const { store, memory, open } = createSlowStore();
    const abort = new AbortController();
    const uploads = uploadsTo(store, abort.signal);
    for (const path of ['a', 'b']) await uploads.put(file(path, 1), once(path));
    await turn();
    abort.abort(new Error('interrupted'));
    await expect(uploads.finish()).rejects.toThrow('interrupted');
    await uploads.discard();
    expect(open.size).toBe(0);
    expect(await keysBelow(memory, PREFIX)).toEqual([]);
  });
});

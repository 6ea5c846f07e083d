import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { StoreError, type StoreErrorCode } from '../../runner/errors.ts';
import type { ObjectStore } from '../../runner/ports.ts';

const BAD_KEYS = [
  '',
  '/a',
  'a/',
  'a//b',
  'a/../b',
  './a',
  'a/.',
  'a\nb',
  'a\u0000b',
  'a\u007f',
  `a/${'x'.repeat(256)}`,
  'a@2',
  'b/c.json@17',
  `${'abc/'.repeat(400)}d`,
  '\ud800',
];

/** What a server behind a store cannot do, though what sluice writes never asks for it. */
export interface Limits {
  /** Of a name that is written over. */
  readonly replacedSegmentBytes?: number;
}

/** What every store promises. `open` gives an empty one; `reopen` the same one as another process sees it. */
export function describeObjectStore(
  name: string,
  open: () => Promise<ObjectStore> | ObjectStore,
  reopen: (store: ObjectStore) => Promise<ObjectStore> | ObjectStore,
  { replacedSegmentBytes = 255 }: Limits = {},
): void {
  describe(`${name} as an object store`, () => {
    let store: ObjectStore;
    beforeEach(async () => {
      store = await open();
    });

    for (const key of ['records/a.json', 'objects/p/t/_/attempt/a.csv', 'published/a.html']) {
      it(`gives back what was put under ${key}, also to another process`, async () => {
        const bytes = randomBytes(3000);
        const { etag } = await store.put(key, bytes);
        for (const reader of [store, await reopen(store)]) {
          const found = await reader.get(key);
          expect(found).toMatchObject({ key, etag, sizeBytes: 3000 });
          expect(Math.abs(Date.parse(found?.modifiedAt ?? '') - Date.now())).toBeLessThan(60_000);
          const age = Date.parse(found?.answeredAt ?? '') - Date.parse(found?.modifiedAt ?? '');
          // Both are the store's own clock, to the second where that is all it tells, and written down up to a
          // second before by servers that look at it once a second.
          expect(age).toBeGreaterThanOrEqual(-2000);
          expect(age).toBeLessThan(60_000);
          expect(await bytesOf(reader, key)).toEqual(bytes);
        }
      });

      it(`replaces ${key} whole and never reuses an etag`, async () => {
        const etags = new Set<string>();
        for (const text of ['one', 'two', 'three, which is longer', '']) {
          etags.add((await store.put(key, encode(text))).etag);
          expect(await textOf(store, key)).toBe(text);
        }
        await store.delete([key]);
        etags.add((await store.put(key, encode('again'))).etag);
        expect(etags.size).toBe(5);
        expect((await store.get(key))?.etag).toBe([...etags].at(-1));
      });

      it(`has nothing under ${key} before it is put and after it is deleted`, async () => {
        expect(await store.get(key)).toBeUndefined();
        await store.put(key, encode('x'));
        await store.delete([key, 'objects/never/was']);
        expect(await store.get(key)).toBeUndefined();
        expect(await keysOf(store, '')).toEqual([]);
        await store.delete([key]);
      });

      it(`writes ${key} if-none-match only when nothing is there`, async () => {
        const condition = { ifNoneMatch: '*' } as const;
        await store.put(key, encode('first'), { condition });
        await expectRefused('precondition-failed', store.put(key, encode('second'), { condition }));
        expect(await textOf(store, key)).toBe('first');
        await store.delete([key]);
        await store.put(key, encode('third'), { condition });
        expect(await textOf(store, key)).toBe('third');
      });

      it(`lets one of many racing creators of ${key} win`, async () => {
        const other = await reopen(store);
        const outcomes = await Promise.allSettled(
          Array.from({ length: 20 }, (_, n) =>
            (n % 2 === 0 ? store : other).put(key, encode(String(n)), { condition: { ifNoneMatch: '*' } }),
          ),
        );
        const winners = outcomes.flatMap((outcome, n) => (outcome.status === 'fulfilled' ? [String(n)] : []));
        expect(winners).toHaveLength(1);
        expect(await textOf(store, key)).toBe(winners[0]);
        const losses = outcomes.flatMap((outcome) =>
          outcome.status === 'rejected' ? [codeOf(outcome.reason)] : [],
        );
        expect(new Set(losses)).toEqual(new Set(['precondition-failed']));
      });

      it(`streams into ${key}, and leaves it alone when the stream breaks or is aborted`, async () => {
        await store.put(key, pieces(['a', '', 'b']));
        expect(await textOf(store, key)).toBe('ab');
        await expect(store.put(key, breaking())).rejects.toThrow('the source broke');
        const controller = new AbortController();
        await expect(
          store.put(key, aborting(controller), { signal: controller.signal }),
        ).rejects.toMatchObject({ name: 'AbortError' });
        expect(await textOf(store, key)).toBe('ab');
      });

      it(`reads inclusive ranges of ${key}`, async () => {
        await store.put(key, encode('0123456789'));
        const range = async (from: number, to: number) => textOf(store, key, { from, to });
        expect(await range(2, 4)).toBe('234');
        expect(await range(0, 0)).toBe('0');
        expect(await range(8, 99)).toBe('89');
      });
    }

    for (const [key, other] of [
      ['r/a.json', 'r/b.json'],
      ['published/a.html', 'published/b.html'],
    ] as const) {
      it(`writes over exactly the version of ${key} that was named`, async () => {
        const over = async (ifMatch: string, text: string, at: string = key) =>
          store.put(at, encode(text), { condition: { ifMatch } });
        const first = await store.put(key, encode('1'));
        const second = await over(first.etag, '2');
        await expectRefused('precondition-failed', over(first.etag, '3'));
        expect(await textOf(store, key)).toBe('2');
        await store.delete([key]);
        await expectRefused('precondition-failed', over(second.etag, '4'));
        await store.put(key, encode('5'));
        await expectRefused('precondition-failed', over(first.etag, '6'));
        await expectRefused('precondition-failed', over(first.etag, '7', other));
        expect(await textOf(store, key)).toBe('5');
        expect(await textOf(store, other)).toBeUndefined();
      });
    }

    it('streams over exactly the version that was named', async () => {
      const { etag } = await store.put('published/a', encode('old'));
      const condition = { ifMatch: etag };
      await store.put('published/a', pieces(['n', 'ew']), { condition });
      await expectRefused(
        'precondition-failed',
        store.put('published/a', pieces(['la', 'te']), { condition }),
      );
      await expect(store.put('published/a', breaking(), { condition })).rejects.toThrow('the source broke');
      expect(await textOf(store, 'published/a')).toBe('new');
    });

    it('refuses ifMatch on objects: they are immutable', async () => {
      const { etag } = await store.put('objects/a', encode('1'));
      await expectRefused('bad-key', store.put('objects/a', encode('2'), { condition: { ifMatch: etag } }));
      expect(await textOf(store, 'objects/a')).toBe('1');
    });

    it('loses no update when many increment one counter', async () => {
      const clients = [store, await reopen(store), await reopen(store)];
      await store.put('r/counter.json', encode('0'));
      await Promise.all(
        clients.flatMap((client) => [0, 1].map(async () => increment(client, 'r/counter.json', 10))),
      );
      expect(await textOf(store, 'r/counter.json')).toBe('60');
    });

    it('lists keys in byte order, folders and names mixed', async () => {
      const keys = [
        'r/a',
        'r/a-b',
        'r/a.json',
        'r/b/c',
        'r/b/d/e.json',
        'r/b-',
        'r/b0',
        'r/Z',
        'r/é',
        'r/\u{1F600}',
        'r/\uFF5E',
      ];
      for (const key of keys) await store.put(key, encode('x'));
      const expected = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keysOf(store, 'r/')).toEqual(expected);
      expect(await keysOf(store, '')).toEqual(expected);
      expect(await keysOf(store, 'r/b')).toEqual(expected.filter((key) => key.startsWith('r/b')));
      for (const bound of [...keys, 'r/b/', 'r/b/c', 'r/b/z', 'r/aa']) {
        const order = (key: string) => Buffer.compare(Buffer.from(key), Buffer.from(bound));
        expect(await keysOf(store, 'r/', { after: bound })).toEqual(expected.filter((key) => order(key) > 0));
        expect(await keysOf(store, 'r/', { to: bound })).toEqual(expected.filter((key) => order(key) <= 0));
      }
    });

    it('lists the same wherever a listing is divided', async () => {
      const keys = Array.from({ length: 30 }, (_, n) => `r/${String(n * 7).padStart(3, '0')}/x.json`);
      for (const key of keys) await store.put(key, encode('x'), { durable: false });
      const divisions = [[], ['r/100'], ['r/', 'r/05', 'r/050', 'r/1', 'r/2', 'r/3', 's'], keys.slice(3, 9)];
      for (const splits of divisions) {
        expect(await keysOf(store, 'r/', { splits })).toEqual(keys);
        const bounds = { after: keys[4] ?? '', to: keys[20] ?? '' };
        expect(await keysOf(store, 'r/', { ...bounds, splits })).toEqual(keys.slice(5, 21));
      }
    });

    it('lists what stands, with the etag that a read gives', async () => {
      for (const key of ['r/a.json', 'r/b.json', 'r/gone.json', 'objects/a', 'published/b/c']) {
        await store.put(key, encode('1'));
        await store.put(key, encode('22'));
      }
      await store.delete(['r/gone.json']);
      const listed = new Map<string, string>();
      for await (const page of store.list('')) for (const info of page) listed.set(info.key, info.etag);
      expect([...listed.keys()]).toEqual(['objects/a', 'published/b/c', 'r/a.json', 'r/b.json']);
      for (const [key, etag] of listed) expect((await store.get(key))?.etag).toBe(etag);
    });

    it('lists in pages of at most a thousand, none of them empty', { timeout: 60_000 }, async () => {
      for (let n = 0; n < 1001; n += 1) {
        await store.put(`r/${String(n).padStart(5, '0')}`, encode(''), { durable: false });
      }
      const sizes: number[] = [];
      for await (const page of store.list('r/')) sizes.push(page.length);
      expect(sizes).toEqual([1000, 1]);
      for await (const page of store.list('nothing/')) expect(page).toEqual([]);
    });

    it('copies, also over what was there, and says what is missing', async () => {
      await store.put('objects/a/b', encode('new'));
      await store.put('published/x/y', encode('old'));
      await store.copy('objects/a/b', 'published/x/y');
      expect(await textOf(store, 'published/x/y')).toBe('new');
      await expectRefused('not-found', store.copy('objects/none', 'published/x/y'));
      expect(await textOf(store, 'published/x/y')).toBe('new');
    });

    it('keeps a body that is being read, though its key is overwritten', async () => {
      await store.put('objects/big', new Uint8Array(3_000_000).fill(1));
      const found = await store.get('objects/big');
      await store.put('objects/big', encode('2'));
      await store.delete(['objects/big']);
      let bytes = 0;
      for await (const chunk of found?.body ?? []) bytes += chunk.length;
      expect(bytes).toBe(3_000_000);
    });

    it('refuses keys that not every store can hold', async () => {
      for (const key of BAD_KEYS) {
        await expectRefused('bad-key', store.get(key));
        await expectRefused('bad-key', store.put(key, encode('x')));
        await expectRefused('bad-key', store.delete([key]));
        await expectRefused('bad-key', store.copy('objects/a', key));
      }
      expect(await keysOf(store, '')).toEqual([]);
    });

    it('takes the longest segment and odd but legal names', async () => {
      for (const key of [
        `objects/${'x'.repeat(255)}`,
        `r/${'x'.repeat(244)}`,
        'objects/a b',
        'objects/a@2',
        'objects/%2F',
        'r/a@b',
        'r/...',
      ]) {
        await store.put(key, encode(key));
        if (key.length - key.lastIndexOf('/') <= replacedSegmentBytes) {
          await store.put(key, encode('an earlier one'));
          await store.put(key, encode(key));
        }
        expect(await textOf(store, key)).toBe(key);
        expect(await keysOf(store, key)).toEqual([key]);
      }
    });

    it('does nothing once aborted', async () => {
      const signal = AbortSignal.abort();
      const aborted = { name: 'AbortError' };
      await expect(store.put('objects/a', encode('x'), { signal })).rejects.toMatchObject(aborted);
      await store.put('r/a', encode('x'));
      await expect(store.get('r/a', { signal })).rejects.toMatchObject(aborted);
      await expect(store.delete(['r/a'], { signal })).rejects.toMatchObject(aborted);
      expect(await keysOf(store, '')).toEqual(['r/a']);
    });

    it('passes its own check and leaves nothing of it behind', async () => {
      await store.check();
      expect(await keysOf(store, '')).toEqual([]);
    });
  });
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export async function textOf(
  store: ObjectStore,
  key: string,
  range?: { readonly from: number; readonly to: number },
): Promise<string | undefined> {
  const bytes = await bytesOf(store, key, range);
  return bytes?.toString('utf8');
}

export async function keysOf(
  store: ObjectStore,
  prefix: string,
  options?: { readonly after?: string; readonly to?: string; readonly splits?: readonly string[] },
): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const page of store.list(prefix, options)) keys.push(...page.map((info) => info.key));
  return keys;
}

export async function increment(store: ObjectStore, key: string, times: number): Promise<void> {
  for (let done = 0; done < times;) {
    const found = await store.get(key);
    if (found === undefined) throw new Error('the counter is gone');
    const value = Number(Buffer.concat(await all(found.body)).toString());
    try {
      await store.put(key, encode(String(value + 1)), { condition: { ifMatch: found.etag }, durable: false });
      done += 1;
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'precondition-failed')) throw error;
    }
  }
}

async function bytesOf(
  store: ObjectStore,
  key: string,
  range?: { readonly from: number; readonly to: number },
): Promise<Buffer | undefined> {
  const found = await store.get(key, range === undefined ? {} : { range });
  return found === undefined ? undefined : Buffer.concat(await all(found.body));
}

function codeOf(error: unknown): string | undefined {
  return error instanceof StoreError ? error.code : undefined;
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

export async function expectRefused(code: StoreErrorCode, act: Promise<unknown>): Promise<void> {
  const error = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  expect(error).toMatchObject({ code });
}

async function* pieces(texts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield encode(text);
}

async function* breaking(): AsyncIterable<Uint8Array> {
  yield encode('half');
  throw new Error('the source broke');
}

async function* aborting(controller: AbortController): AsyncIterable<Uint8Array> {
  yield encode('half');
  controller.abort();
  yield encode('more');
}

import { createHash, randomBytes } from 'node:crypto';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../runner/ports.ts';
import { createS3Store } from '../../../runner/stores/s3/store.ts';
import { encode, expectRefused, keysOf } from '../../contracts/object-store.ts';
import { startMoto } from '../../parts/moto.ts';
import { createBucket, plainClient, runningServer, useCredentials, type S3Server } from '../../parts/s3.ts';
import { startVersitygw } from '../../parts/versitygw.ts';

const MIB = 2 ** 20;
/** The least that S3 takes, so that small objects show what large ones do. */
const SIZES = { partBytes: 5 * MIB, copyBytes: 6 * MIB, copyPartBytes: 5 * MIB };
const KEY = 'objects/a';

describe.each([
  ['versitygw', async (): Promise<S3Server> => runningServer() ?? startVersitygw()],
  ['moto', startMoto],
])('large objects on %s', (name, start) => {
  let server: S3Server;
  let bucket: string;
  let store: ObjectStore;
  beforeAll(async () => {
    server = await start();
    useCredentials(server);
  });
  afterAll(async () => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    bucket = await createBucket(server);
    const settings = { endpoint: server.endpoint };
    store = await createS3Store({ kind: 's3', uri: `s3://${bucket}/p`, settings }, SIZES);
  });

  it.each([
    ['just below a part', 5 * MIB - 1, 1],
    ['exactly a part', 5 * MIB, 1],
    ['a byte more', 5 * MIB + 1, 2],
    ['exactly two parts', 10 * MIB, 2],
    ['several parts, the last a small one', 17 * MIB + 3, 4],
  ])('upload a stream of %s whole', async (_, size, parts) => {
    const bytes = randomBytes(size);
    const { etag } = await store.put(KEY, inPieces(bytes, 777_777));
    expect(await hashOf(store, KEY)).toBe(sha256(bytes));
    expect(await store.get(KEY)).toMatchObject({ etag, sizeBytes: size });
    expect(/-(\d+)$/.exec(etag)?.[1]).toBe(parts === 1 ? undefined : String(parts));
    expect(await openUploads(server, bucket)).toBe(0);
  });

  it('take chunks that are larger than a part', async () => {
    const bytes = randomBytes(23 * MIB);
    await store.put(KEY, inPieces(bytes, 11 * MIB));
    expect(await hashOf(store, KEY)).toBe(sha256(bytes));
  });

  // moto looks at If-Match of small objects only.
  it.each(name === 'versitygw' ? ['that was named'] : [])(
    'go only over the version %s, and leave nothing of an upload that is refused',
    async () => {
      const key = 'published/a';
      const { etag } = await store.put(key, encode('old'));
      const bytes = randomBytes(12 * MIB);
      const stream = (): AsyncIterable<Uint8Array> => inPieces(bytes, 777_777);
      const written = await store.put(key, stream(), { condition: { ifMatch: etag } });
      for (const condition of [{ ifMatch: etag }, { ifNoneMatch: '*' }] as const) {
        await expectRefused('precondition-failed', store.put(key, stream(), { condition }));
      }
      await expectRefused(
        'precondition-failed',
        store.put('published/none', stream(), { condition: { ifMatch: etag } }),
      );
      expect(await store.get(key)).toMatchObject({ etag: written.etag });
      expect(await openUploads(server, bucket)).toBe(0);
    },
  );

  it('leave nothing of an upload whose source breaks', async () => {
    await store.put(KEY, encode('old'));
    await expect(store.put(KEY, breaksAfter(12 * MIB))).rejects.toThrow('the source broke');
    expect(await hashOf(store, KEY)).toBe(sha256(encode('old')));
    expect(await openUploads(server, bucket)).toBe(0);
  });

  it('leave nothing of an upload that is aborted', async () => {
    const controller = new AbortController();
    const source = abortsAfter(12 * MIB, controller);
    await expect(store.put(KEY, source, { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await store.get(KEY)).toBeUndefined();
    expect(await openUploads(server, bucket)).toBe(0);
  });

  it('upload many at once, more than there are buffers', async () => {
    const bodies = Array.from({ length: 9 }, () => randomBytes(11 * MIB));
    await Promise.all(bodies.map(async (bytes, n) => store.put(`objects/${n}`, inPieces(bytes, MIB))));
    for (const [n, bytes] of bodies.entries()) {
      expect(await hashOf(store, `objects/${n}`)).toBe(sha256(bytes));
    }
  });

  it('are copied in parts where one request does not take them', async () => {
    const bytes = randomBytes(13 * MIB);
    await store.put(KEY, bytes);
    await store.copy(KEY, 'published/é b+%/c');
    const copied = await store.get('published/é b+%/c');
    expect(copied?.etag).toMatch(/-3$/);
    expect(await hashOf(store, 'published/é b+%/c')).toBe(sha256(bytes));
    expect(await openUploads(server, bucket)).toBe(0);
  });

  it('are read from the middle', async () => {
    const bytes = randomBytes(2 * MIB);
    await store.put(KEY, bytes);
    const range = { from: 1_000_000, to: 1_999_999 };
    const found = await store.get(KEY, { range });
    expect(found?.sizeBytes).toBe(2 * MIB);
    const chunks: Uint8Array[] = [];
    for await (const chunk of found?.body ?? []) chunks.push(chunk);
    expect(sha256(Buffer.concat(chunks))).toBe(sha256(bytes.subarray(range.from, range.to + 1)));
  });

  it('stop being read when their reader is aborted, or goes', async () => {
    await store.put(KEY, randomBytes(20 * MIB));
    const controller = new AbortController();
    const found = await store.get(KEY, { signal: controller.signal });
    const read = async (): Promise<void> => {
      for await (const _ of found?.body ?? []) controller.abort();
    };
    await expect(read()).rejects.toMatchObject({ name: 'AbortError' });
    for await (const _ of (await store.get(KEY))?.body ?? []) break;
  });

  it('and thousands of small ones are deleted', { timeout: 120_000 }, async () => {
    const keys = Array.from({ length: 1003 }, (_, n) => `objects/${n}`);
    await Promise.all(keys.map(async (key) => store.put(key, encode(key))));
    await store.delete([...keys.slice(1), 'objects/never/was']);
    expect(await keysOf(store, '')).toEqual(['objects/0']);
  });
});

async function openUploads(server: S3Server, bucket: string): Promise<number> {
  const client = plainClient(server);
  try {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return Uploads.length;
  } finally {
    client.destroy();
  }
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function* breaksAfter(size: number): AsyncIterable<Uint8Array> {
  yield* inPieces(randomBytes(size), MIB);
  throw new Error('the source broke');
}

async function* abortsAfter(size: number, controller: AbortController): AsyncIterable<Uint8Array> {
  yield* inPieces(randomBytes(size), MIB);
  controller.abort();
  yield encode('more');
}

async function hashOf(store: ObjectStore, key: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of (await store.get(key))?.body ?? []) hash.update(chunk);
  return hash.digest('hex');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../../../runner/ports.ts';
import { createS3Store } from '../../../runner/stores/s3/store.ts';
import { startS3Proxy, type S3Proxy } from '../../parts/s3-proxy/s3-proxy.ts';
import { openBucket, type S3Server } from '../../parts/s3.ts';

const MIB = 2 ** 20;
/** Small enough that a test soon needs several; S3 takes no smaller parts than these. */
const SIZES = { partBytes: 5 * MIB, copyBytes: 4 * MIB, copyPartBytes: 5 * MIB };

/** A store behind a proxy of its own, and the same one as somebody sees it who is not behind it. */
export interface Scene extends AsyncDisposable {
  readonly proxy: S3Proxy;
  readonly store: ObjectStore;
  readonly beside: ObjectStore;
  /** A key that no other test has; more may be below its folder. */
  readonly key: string;
  readonly folder: string;
}

export async function setScene(server: S3Server, uri: string): Promise<Scene> {
  const proxy = await startS3Proxy(server);
  const folder = `r/${randomUUID()}`;
  return {
    proxy,
    store: await createS3Store({ kind: 's3', uri, settings: { endpoint: proxy.endpoint } }, SIZES),
    beside: await openBucket(server, uri),
    folder,
    key: `${folder}/key`,
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

/** Has the store write and read once: what it does from now on goes past the SDK where it can. */
export async function warmUp({ store, folder }: Scene): Promise<void> {
  await store.put(`${folder}/warm`, new Uint8Array());
  await store.get(`${folder}/warm`);
}

/** Of what a read gave; undefined: there is nothing. */
export async function bytesUnder(store: ObjectStore, key: string): Promise<Buffer | undefined> {
  return bytesIn((await store.get(key))?.body);
}

export async function bytesIn(body: AsyncIterable<Uint8Array> | undefined): Promise<Buffer | undefined> {
  if (body === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Prints no megabytes. */
export function expectBytes(found: Buffer | undefined, expected: Uint8Array): void {
  if (found?.equals(expected) === true) return;
  throw new Error(`expected ${expected.length} bytes as they were put, found ${found?.length} others`);
}

export async function* pieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

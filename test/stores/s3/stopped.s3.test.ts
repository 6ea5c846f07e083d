import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBucket, plainClient, useCredentials } from '../../parts/s3.ts';
import { startVersitygw, type Versitygw } from '../../parts/versitygw.ts';
import { setScene, type Scene } from './scene.ts';

let server: Versitygw;
let bucket = '';
beforeAll(async () => {
  server = await startVersitygw();
  useCredentials(server);
  bucket = await createBucket(server);
});
afterAll(async () => server[Symbol.asyncDispose]());

/** An upload of two parts that is stopped as soon as `caught` comes; resolves when the store has let go of it. */
async function stopAt({ store, key }: Scene, caught: Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const writing = store.put(key, large(), { signal: stop.signal }).catch((error: unknown) => error);
  await caught;
  stop.abort('SIGINT');
  expect(await writing).toBe('SIGINT');
}

async function* large(): AsyncIterable<Uint8Array> {
  for (let sent = 0; sent < 8; sent += 1) yield Buffer.alloc(2 ** 20, sent);
}

async function openUploads(): Promise<number> {
  const client = plainClient(server);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  client.destroy();
  return Uploads.length;
}

it('an upload that is stopped while it is begun is given up once its name is known', async () => {
  await using scene = await setScene(server, `s3://${bucket}/p`);
  const hold = scene.proxy.hold('done', { operation: 'CreateMultipartUpload' });
  const stopped = stopAt(scene, hold.caught);
  await sleep(100);
  hold.release();
  await stopped;
  expect(await openUploads()).toBe(0);
});

it('a part that comes while its upload is given up does not stay', async () => {
  await using scene = await setScene(server, `s3://${bucket}/p`);
  const hold = scene.proxy.hold('midway', { operation: 'UploadPart' });
  const stopped = stopAt(scene, hold.caught);
  while (!scene.proxy.requests.some(({ operation }) => operation === 'AbortMultipartUpload')) await sleep(2);
  hold.release();
  await stopped;
  expect(await openUploads()).toBe(0);
});

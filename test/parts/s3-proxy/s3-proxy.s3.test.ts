import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  type GetObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silenceNotice } from '../../../runner/stores/s3/client.ts';
import { createBucket } from '../s3.ts';
import { startVersitygw, type Versitygw } from '../versitygw.ts';
import {
  answerFlipped,
  answeredLate,
  bodyFlipped,
  cutOff,
  cutShort,
  deliveredLate,
  refused,
  resetAfter,
  resetBefore,
  resetMidway,
  wrongEtag,
} from './faults.ts';
import { startS3Proxy, type S3Proxy } from './s3-proxy.ts';

let server: Versitygw;
let bucket = '';
let proxy: S3Proxy;
/** Behind the proxy, and beside it. Neither tries anything twice. */
let client: S3Client;
let beside: S3Client;

beforeAll(async () => {
  silenceNotice();
  server = await startVersitygw();
  bucket = await createBucket(server);
});
afterAll(async () => server[Symbol.asyncDispose]());

beforeEach(async () => {
  proxy = await startS3Proxy(server);
  client = clientOf(proxy.endpoint);
  beside = clientOf(server.endpoint);
  await put(beside, 'key', 'before');
});
afterEach(async () => {
  client.destroy();
  beside.destroy();
  await proxy[Symbol.asyncDispose]();
});

it('hands everything on, and tells what it was', async () => {
  await put(client, 'a b/ü+1', 'text');
  expect(await read(client, 'a b/ü+1')).toBe('text');
  expect((await list('a b/')).Contents?.map(({ Key }) => Key)).toEqual(['a b/ü+1']);
  expect(proxy.requests).toMatchObject([
    { operation: 'PutObject', key: 'a b/ü+1', conditional: false, bySdk: true },
    { operation: 'GetObject', key: 'a b/ü+1', conditional: false },
    { operation: 'ListObjectsV2', key: 'a b/', conditional: false },
  ]);
  expect(proxy.hits()).toBe(0);
});

it('hits what a rule says, and as often', async () => {
  proxy.add({ operation: 'PutObject', key: /^key$/, nth: 2, times: 2, fault: refused(503, 'SlowDown') });
  const outcomes: string[] = [];
  for (const _ of [1, 2, 3, 4]) outcomes.push(await outcomeOf(put(client, 'key', 'x')));
  await put(client, 'other', 'x');
  await put(client, 'key', 'x', { IfMatch: '*' }).catch(() => undefined);
  expect(outcomes).toEqual(['done', 'SlowDown', 'SlowDown', 'done']);
  expect(proxy.hits()).toBe(2);
  expect(proxy.requests.at(-1)).toMatchObject({ conditional: true });
  proxy.add({ conditional: false, fault: resetBefore });
  proxy.clear();
  proxy.add({ chance: () => false, fault: resetBefore });
  expect(await outcomeOf(put(client, 'key', 'x'))).toBe('done');
});

describe('a write', () => {
  it.each([
    ['refused', refused(503, 'ServiceUnavailable'), 'ServiceUnavailable', 'before'],
    ['broken before it is heard', resetBefore, 'ECONNRESET', 'before'],
    ['broken on its way', resetMidway, 'ECONNRESET', 'before'],
    ['done, its answer lost', resetAfter, 'ECONNRESET', 'after!'],
    ['damaged on its way', bodyFlipped, /Mismatch|BadDigest/, 'before'],
    ['answered with another ETag', wrongEtag, 'done', 'after!'],
    ['late', deliveredLate(50), 'done', 'after!'],
  ])('%s', async (_what, fault, outcome, left) => {
    proxy.add({ fault });
    expect(await outcomeOf(put(client, 'key', 'after!'))).toMatch(outcome);
    // What was broken off on its way may still be under way in the server.
    await sleep(50);
    expect(await read(beside, 'key')).toBe(left);
  });
});

describe('an answer', () => {
  it('that is cut off ends in the middle', async () => {
    proxy.add({ fault: cutOff });
    const output = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'key' }));
    expect(output.ContentLength).toBe(6);
    expect(await outcomeOf(bytesOf(output))).toBe('ECONNRESET');
  });

  it('that is cut short looks whole, but for its checksum', async () => {
    proxy.add({ fault: cutShort });
    const trusting = clientOf(proxy.endpoint, { responseChecksumValidation: 'WHEN_REQUIRED' });
    expect(await read(trusting, 'key')).toBe('bef');
    trusting.destroy();
    await expect(read(client, 'key')).rejects.toThrow(/[Cc]hecksum/);
  });

  it('with another bit is noticed by its checksum alone', async () => {
    proxy.add({ fault: answerFlipped });
    await expect(read(client, 'key')).rejects.toThrow(/[Cc]hecksum/);
  });

  it('tells another ETag, in a listing too', async () => {
    proxy.add({ fault: wrongEtag });
    const { ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'key' }));
    const [listed] = (await list('key')).Contents ?? [];
    expect(new Set([ETag, listed?.ETag])).toEqual(new Set(['"0123456789abcdef0123456789abcdef"']));
  });

  it('is late', async () => {
    proxy.add({ fault: answeredLate(200) });
    const begin = performance.now();
    expect(await read(client, 'key')).toBe('before');
    expect(performance.now() - begin).toBeGreaterThan(190);
  });
});

describe('a request in hand', () => {
  it('has not taken effect at the door, and does when it is let go', async () => {
    const hold = proxy.hold('arrived', { operation: 'PutObject' });
    const writing = put(client, 'key', 'after!');
    expect(await hold.caught).toMatchObject({ operation: 'PutObject', key: 'key' });
    expect(await read(beside, 'key')).toBe('before');
    hold.release();
    await writing;
    expect(await read(beside, 'key')).toBe('after!');
  });

  it('never takes effect when it is dropped there', async () => {
    const hold = proxy.hold('arrived', { operation: 'PutObject' });
    const writing = outcomeOf(put(client, 'key', 'after!'));
    await hold.caught;
    hold.drop();
    expect(await writing).toBe('ECONNRESET');
    expect(await read(beside, 'key')).toBe('before');
  });

  it('has taken effect when its answer is held', async () => {
    const hold = proxy.hold('done', { operation: 'PutObject' });
    const writing = outcomeOf(put(client, 'key', 'after!'));
    await hold.caught;
    expect(await read(beside, 'key')).toBe('after!');
    hold.drop();
    expect(await writing).toBe('ECONNRESET');
  });
});

describe('a clock that is an hour ahead', () => {
  const HOUR = 3600;

  it('shows in every answer', async () => {
    proxy.setClock(HOUR);
    // The first is refused, and the SDK goes by the store's clock from then on.
    const patient = clientOf(proxy.endpoint, { maxAttempts: 2 });
    const output = await patient.send(new GetObjectCommand({ Bucket: bucket, Key: 'key' }));
    expect(secondsAhead(output.LastModified)).toBeCloseTo(HOUR, -2);
    const listed = await patient.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(
      listed.Contents?.map(({ LastModified }) => Math.round(secondsAhead(LastModified) / HOUR)),
    ).toContain(1);
    await put(patient, 'k/e y', 'signed anew');
    expect(await read(beside, 'k/e y')).toBe('signed anew');
    patient.destroy();
  });

  it('refuses who goes by another', async () => {
    proxy.setClock(-HOUR);
    expect(await outcomeOf(put(client, 'key', 'after!'))).toBe('RequestTimeTooSkewed');
    expect(await read(beside, 'key')).toBe('before');
  });
});

function clientOf(endpoint: string, config: S3ClientConfig = {}): S3Client {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = server.env;
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
    ...config,
  });
}

function put(by: S3Client, Key: string, text: string, condition: { readonly IfMatch?: string } = {}) {
  return by.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.from(text), ...condition }));
}

async function read(by: S3Client, Key: string): Promise<string> {
  return (await bytesOf(await by.send(new GetObjectCommand({ Bucket: bucket, Key })))).toString('utf8');
}

function list(Prefix: string) {
  return client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
}

function bytesOf({ Body }: GetObjectCommandOutput): Promise<Buffer> {
  if (!(Body instanceof Readable)) throw new Error('there is no body');
  return buffer(Body);
}

/** `done`, or how the error is known. */
function outcomeOf(act: Promise<unknown>): Promise<string> {
  return act.then(
    () => 'done',
    (error: { readonly code?: string; readonly Code?: string; readonly name: string }) =>
      error.Code ?? error.code ?? error.name,
  );
}

function secondsAhead(time: Date | undefined): number {
  return ((time?.getTime() ?? 0) - Date.now()) / 1000;
}

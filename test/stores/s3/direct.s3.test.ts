import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { S3Settings } from '../../../runner/model/store-ref.ts';
import { createS3Store } from '../../../runner/stores/s3/store.ts';
import { encode, keysOf } from '../../contracts/object-store.ts';
import { startS3Proxy, type S3Proxy } from '../../parts/s3-proxy/s3-proxy.ts';
import type { S3Operation } from '../../parts/s3-proxy/request.ts';
import { createBucket, plainClient, useCredentials } from '../../parts/s3.ts';
import { startVersitygw, type Versitygw } from '../../parts/versitygw.ts';
import { bytesUnder } from './scene.ts';

let server: Versitygw;
let bucket = '';
let proxy: S3Proxy;
beforeAll(async () => {
  server = await startVersitygw();
  useCredentials(server);
  bucket = await createBucket(server);
  proxy = await startS3Proxy(server);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const NAMES = [
  'plain.csv',
  'a b+c%20d',
  "it's (one) * of! these~",
  'date=2021-01-29,symbol=BRK.B',
  'ümläut/日本語/😀',
  'a&b=c?d#e:f@g;h$i,j',
  '"quoted"<less>{more}|\\^`[x]',
];

describe('a request for one small object', () => {
  it('goes past the SDK from the second on, and has the same headers but those that tell of the SDK', async () => {
    const store = await opened({
      encryption: 'sse-s3',
      storageClass: 'STANDARD',
      tags: { a: '1', b: 'x y' },
    });
    const from = proxy.requests.length;
    const first = await store.put('r/1.json', encode('1'), { condition: { ifNoneMatch: '*' } });
    await store.put('r/2.json', encode('22'), { condition: { ifNoneMatch: '*' } });
    await store.put('r/1.json', encode('333'), { condition: { ifMatch: first.etag } });
    await store.put('objects/p/t/_/a', encode('1'));
    await store.put('objects/p/t/_/b', encode('2'));
    for (const key of ['r/1.json', 'r/2.json', 'objects/p/t/_/b']) await store.get(key);
    // A store of its own: its first request is the SDK's.
    await (await opened()).get('r/1.json');
    const sent = proxy.requests.slice(from);
    expect(sent.map(({ operation, bySdk }) => (bySdk ? `${operation} by the SDK` : operation))).toEqual([
      'PutObject by the SDK',
      'PutObject',
      'PutObject',
      'PutObject',
      'PutObject',
      'GetObject',
      'GetObject',
      'GetObject',
      'GetObject by the SDK',
    ]);
    const names = sent.map(({ headerNames }) =>
      headerNames.filter((name) => !['x-amz-user-agent', 'x-amz-sdk-checksum-algorithm'].includes(name)),
    );
    expect(names[1]).toEqual(names[0]);
    expect(names[2]).toEqual(names[0]?.map((name) => (name === 'if-none-match' ? 'if-match' : name)));
    // Records have no storage class.
    const withClass = names[0]?.map((name) => (name === 'if-none-match' ? 'x-amz-storage-class' : name));
    expect(names[3]).toEqual(withClass?.sort());
    expect(names[6]).toEqual(names[8]);
  });

  it.each(NAMES)('writes and reads %j as the SDK does', async (name) => {
    const store = await opened();
    await store.put('r/warm', encode('1'));
    await store.get('r/warm');
    const client = plainClient(server);
    const place = { Bucket: bucket, Key: `p/objects/x/${name}` };
    await store.put(`objects/x/${name}`, encode('past the SDK'));
    const { Body } = await client.send(new GetObjectCommand(place));
    expect(await Body?.transformToString()).toBe('past the SDK');
    await client.send(new PutObjectCommand({ ...place, Body: 'by the SDK' }));
    expect(String(await bytesUnder(store, `objects/x/${name}`))).toBe('by the SDK');
    expect(await keysOf(store, `objects/x/${name}`)).toEqual([`objects/x/${name}`]);
    expect(requestsOf('GetObject').at(-1)).toMatchObject({ bySdk: false });
    expect(requestsOf('PutObject').at(-1)).toMatchObject({ bySdk: false });
    client.destroy();
  });

  it('tells of an object what the first one did', async () => {
    const store = await opened();
    await store.put('r/a', encode('0123456789'));
    const { body: _, answeredAt: first, ...known } = (await store.get('r/a')) ?? {};
    const { body: __, answeredAt: later, ...again } = (await store.get('r/a')) ?? {};
    expect(again).toEqual(known);
    expect(Date.parse(later ?? '')).toBeGreaterThanOrEqual(Date.parse(first ?? ''));
    expect(Math.abs(Date.parse(later ?? '') - Date.now())).toBeLessThan(60_000);
    expect(requestsOf('GetObject').at(-1)).toMatchObject({ bySdk: false });
  });

  it('has the credentials of its time, not those of the first', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-credentials-'));
    const calls = join(folder, 'calls');
    const answer = JSON.stringify({
      Version: 1,
      AccessKeyId: server.env.AWS_ACCESS_KEY_ID,
      SecretAccessKey: server.env.AWS_SECRET_ACCESS_KEY,
      Expiration: new Date(Date.now() + 60_000).toISOString(),
    });
    writeFileSync(join(folder, 'answer'), answer);
    const command = `sh -c "echo x >> ${calls}; cat ${join(folder, 'answer')}"`;
    writeFileSync(join(folder, 'config'), `[profile short]\ncredential_process = ${command}\n`);
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    vi.stubEnv('AWS_PROFILE', 'short');
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    const store = await opened();
    const asked = (): number => readFileSync(calls, 'utf8').length;
    await store.put('r/credentials', encode('1'));
    // Near their end they are asked for anew beside each request that still uses them.
    await sleep(500);
    const before = asked();
    await store.put('r/credentials', encode('2'));
    expect(requestsOf('PutObject').at(-1)).toMatchObject({ bySdk: false });
    await vi.waitFor(() => expect(asked()).toBeGreaterThan(before), 50_000);
    rmSync(folder, { recursive: true });
  });
});

function opened(settings: S3Settings = {}) {
  return createS3Store({
    kind: 's3',
    uri: `s3://${bucket}/p`,
    settings: { endpoint: proxy.endpoint, ...settings },
  });
}

function requestsOf(wanted: S3Operation) {
  return proxy.requests.filter(({ operation }) => operation === wanted);
}

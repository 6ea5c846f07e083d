import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ObjectStore } from '../../../runner/ports.ts';
import { createS3Store } from '../../../runner/stores/s3/store.ts';
import { encode, textOf } from '../../contracts/object-store.ts';
import { failure, object, startAnswers, type Answer, type Asked, type Answers } from './answers.ts';

const KEY = 'runs/a.json';
const BYTES = Buffer.from('{"schema":1}');

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(() => void vi.unstubAllEnvs());

/** A store whose first requests were answered well; from then on they are answered as told. */
async function warm(server: Answers): Promise<ObjectStore> {
  const store = await server.open();
  await store.put('warm', encode('1'));
  await textOf(store, 'warm');
  return store;
}

/** Requests after those that made the store warm. */
function since(answer: (asked: Asked, count: number) => Answer) {
  return (asked: Asked, count: number): Answer => {
    if (count > 2) return answer(asked, count - 2);
    return asked.method === 'PUT' ? { headers: { etag: '"e"' } } : object('1');
  };
}

const ways = ({ asked }: Answers): readonly string[] =>
  asked
    .slice(2)
    .map(({ method, headers }) => `${method}${'amz-sdk-request' in headers ? ' by the SDK' : ''}`);

const checksumOf = (bytes: Uint8Array): string => {
  const binary = Buffer.alloc(4);
  binary.writeUInt32BE(crc32(bytes));
  return binary.toString('base64');
};

describe('a read past the SDK', () => {
  it('compares the checksum that comes with it, and asks again', async () => {
    const right = { 'x-amz-checksum-crc32': checksumOf(BYTES) };
    await using server = await startAnswers(
      since((_, count) => object(count === 1 ? '{"schema":2}' : BYTES, right)),
    );
    expect(await textOf(await warm(server), KEY)).toBe(String(BYTES));
    expect(ways(server)).toEqual(['GET', 'GET']);
  });

  it.each([
    ['of another kind', { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }],
    ['of another kind beside a broken one', { 'x-amz-checksum-crc32': '', 'x-amz-checksum-sha256': 'AAAA' }],
    ['that is too short', { 'x-amz-checksum-crc32': 'AAA=' }],
  ])('leaves a checksum %s to the SDK, and believes no bytes for it', async (_, headers) => {
    await using server = await startAnswers(since(() => object(BYTES, headers)));
    const store = await warm(server);
    await expect(textOf(store, KEY)).rejects.toMatchObject({ code: 'store-corrupt' });
    expect(ways(server)[0]).toBe('GET');
    expect(new Set(ways(server).slice(1))).toEqual(new Set(['GET by the SDK']));
  });

  it('believes a whole without a checksum, and parts, whose checksum is of the whole', async () => {
    await using server = await startAnswers(
      since((_, count) =>
        count === 1
          ? object(BYTES)
          : object(BYTES, {
              'x-amz-checksum-crc32': `${checksumOf(BYTES)}-2`,
              'x-amz-checksum-type': 'COMPOSITE',
            }),
      ),
    );
    const store = await warm(server);
    expect([await textOf(store, KEY), await textOf(store, KEY)]).toEqual([String(BYTES), String(BYTES)]);
    expect(ways(server)).toEqual(['GET', 'GET']);
  });

  it('says at once what is not there', async () => {
    await using server = await startAnswers(since(() => failure(404, 'NoSuchKey')));
    expect(await textOf(await warm(server), KEY)).toBeUndefined();
    expect(ways(server)).toEqual(['GET']);
  });

  it('leaves a bucket that is not there to the SDK', async () => {
    await using server = await startAnswers(since(() => failure(404, 'NoSuchBucket')));
    await expect(textOf(await warm(server), KEY)).rejects.toThrow('there is no bucket acme');
    expect(ways(server)).toEqual(['GET', 'GET by the SDK']);
  });
});

describe('a write past the SDK', () => {
  it('that is refused is lost with one request', async () => {
    await using server = await startAnswers(since(() => failure(412, 'PreconditionFailed')));
    const store = await warm(server);
    const written = store.put(KEY, BYTES, { condition: { ifNoneMatch: '*' } });
    await expect(written).rejects.toMatchObject({
      code: 'precondition-failed',
      message: expect.stringContaining(KEY),
    });
    expect(ways(server)).toEqual(['PUT']);
  });

  it.each([
    ['got lost', { resetAfter: 'nothing' } as const],
    ['was that the server failed', failure(500, 'InternalError')],
  ])('whose answer %s may have been done: it is read back when the next is refused', async (_, first) => {
    await using server = await startAnswers(
      since(({ method }, count) => {
        if (method === 'GET') return object(BYTES, { etag: '"mine"' });
        return count === 1 ? first : failure(412, 'PreconditionFailed');
      }),
    );
    const store = await warm(server);
    expect(await store.put(KEY, BYTES, { condition: { ifNoneMatch: '*' } })).toEqual({ etag: 'mine' });
    expect(ways(server)).toEqual(['PUT', 'PUT by the SDK', 'GET']);
  });

  it('is given up at once when it is aborted', async () => {
    const controller = new AbortController();
    await using server = await startAnswers(
      since(() => {
        controller.abort();
        return failure(503, 'SlowDown');
      }),
    );
    const store = await warm(server);
    await expect(store.put(KEY, BYTES, { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(ways(server)).toEqual(['PUT']);
  });
});

describe('what goes past the SDK', () => {
  it('goes where its files say that the bucket is', async () => {
    await using server = await startAnswers(since(() => object(BYTES)));
    const folder = mkdtempSync(join(tmpdir(), 'sluice-endpoint-'));
    writeFileSync(join(folder, 'config'), `[default]\nendpoint_url = ${server.endpoint}\n`);
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    const store = await createS3Store({
      kind: 's3',
      uri: 's3://acme/p',
      settings: { region: 'us-east-1', pathStyle: true },
    });
    await store.put('warm', encode('1'));
    await textOf(store, 'warm');
    expect(await textOf(store, KEY)).toBe(String(BYTES));
    expect(ways(server)).toEqual(['GET']);
    expect(server.asked.at(-1)).toMatchObject({ key: `p/${KEY}` });
    rmSync(folder, { recursive: true });
  });

  it('has no checksums where they are turned off', async () => {
    vi.stubEnv('AWS_REQUEST_CHECKSUM_CALCULATION', 'WHEN_REQUIRED');
    vi.stubEnv('AWS_RESPONSE_CHECKSUM_VALIDATION', 'WHEN_REQUIRED');
    await using server = await startAnswers(since(() => object(BYTES)));
    const store = await warm(server);
    await store.put(KEY, BYTES);
    await textOf(store, KEY);
    expect(ways(server)).toEqual(['PUT', 'GET']);
    const names = server.asked.flatMap(({ headers }) => Object.keys(headers));
    expect(names.filter((name) => name.includes('checksum'))).toEqual([]);
  });

  it('waits for a first answer to the SDK', async () => {
    await using server = await startAnswers((_, count) =>
      count === 1 ? failure(403, 'AccessDenied') : object(BYTES),
    );
    const store = await server.open();
    await expect(textOf(store, KEY)).rejects.toMatchObject({ code: 'store-denied' });
    await textOf(store, KEY);
    await textOf(store, KEY);
    expect(server.asked.map(({ headers }) => 'amz-sdk-request' in headers)).toEqual([true, true, false]);
  });
});

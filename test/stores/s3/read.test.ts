import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ObjectStore } from '../../../runner/ports.ts';
import { failure, object, startAnswers, type Answer, type Asked } from './answers.ts';

const KEY = 'objects/a';
const BIG = randomBytes(1_000_000);
const SMALL = Buffer.from('{"schema":1}');

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function read(store: ObjectStore, range?: { from: number; to: number }): Promise<Buffer> {
  const found = await store.get(KEY, range === undefined ? {} : { range });
  const chunks: Uint8Array[] = [];
  for await (const chunk of found?.body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The part that a request asks for, as S3 gives it. */
function partOf(bytes: Buffer, { headers }: Asked): Answer {
  const [, from = '', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(headers['range'] ?? '') ?? [];
  if (from === '') return object(bytes);
  const part = bytes.subarray(Number(from), Number(to) + 1);
  const last = Number(from) + part.length - 1;
  return {
    ...object(part, { 'content-range': `bytes ${from}-${last}/${bytes.length}` }),
    status: 206,
  };
}

describe('a body that breaks', () => {
  it('goes on after its last byte, from the same version', async () => {
    await using server = await startAnswers((asked, count) =>
      count < 4 ? { ...partOf(BIG, asked), resetAfter: 200_000 } : partOf(BIG, asked),
    );
    expect(hashOf(await read(await server.open()))).toBe(hashOf(BIG));
    const [first, ...others] = server.asked;
    expect(first?.headers).not.toHaveProperty('range');
    expect(others).toHaveLength(3);
    for (const { headers } of others) {
      expect(headers['if-match']).toBe('"e1"');
      expect(headers['range']).toMatch(/^bytes=[1-9]\d*-999999$/);
    }
  });

  it('goes on within the range that was asked for', async () => {
    await using server = await startAnswers((asked, count) =>
      count === 1 ? { ...partOf(BIG, asked), resetAfter: 300_000 } : partOf(BIG, asked),
    );
    const bytes = await read(await server.open(), { from: 100_000, to: 899_999 });
    expect(hashOf(bytes)).toBe(hashOf(BIG.subarray(100_000, 900_000)));
    expect(server.asked[1]?.headers['range']).toMatch(/-899999$/);
  });

  it.each<[string, Answer, string, string]>([
    ['was replaced', failure(412, 'PreconditionFailed'), 'not-found', 'replaced or removed'],
    ['was removed', failure(404, 'NoSuchKey'), 'not-found', 'replaced or removed'],
    ['is another that the server gives', object(BIG, { etag: '"e2"' }), 'not-found', 'replaced or removed'],
    ['comes whole instead of in part', object(BIG), 'store-unsuitable', 'does not give a part'],
  ])('is no whole one when the object %s meanwhile', async (_, then, code, words) => {
    await using server = await startAnswers((asked, count) =>
      count === 1 ? { ...partOf(BIG, asked), resetAfter: 500_000 } : then,
    );
    const broken = read(await server.open());
    await expect(broken).rejects.toMatchObject({ code, key: KEY });
    await expect(broken).rejects.toThrow(words);
  });

  it('again and again without a byte is given up, in words', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.01);
    await using server = await startAnswers((asked, count) => ({
      ...partOf(BIG, asked),
      resetAfter: count === 1 ? 1000 : 0,
    }));
    const error = await read(await server.open()).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'store-unreachable', key: KEY });
  });

  it('is read anew when it is small', async () => {
    await using server = await startAnswers((_, count) =>
      count === 1 ? { ...object(SMALL), resetAfter: 5 } : object(SMALL),
    );
    expect(await read(await server.open())).toEqual(SMALL);
    expect(server.asked[1]?.headers).not.toHaveProperty('range');
  });
});

describe('a body that is damaged on its way', () => {
  const checksum = (bytes: Uint8Array): Record<string, string> => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    return { 'x-amz-checksum-crc32': sum.toString('base64') };
  };
  const damaged = (bytes: Buffer): Buffer => {
    const copy = Buffer.from(bytes);
    copy[3] = (copy[3] ?? 0) ^ 1;
    return copy;
  };

  it('is read anew when it is small, before anyone sees it', async () => {
    await using server = await startAnswers((_, count) =>
      object(count === 1 ? damaged(SMALL) : SMALL, checksum(SMALL)),
    );
    expect(await read(await server.open())).toEqual(SMALL);
    expect(server.asked).toHaveLength(2);
    expect(server.asked[0]?.headers['x-amz-checksum-mode']).toBe('ENABLED');
  });

  it('is called damage where it stands so in the store', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    await using server = await startAnswers(() => object(damaged(SMALL), checksum(SMALL)));
    const broken = read(await server.open());
    await expect(broken).rejects.toMatchObject({ code: 'store-corrupt', key: KEY });
    expect(server.asked).toHaveLength(7);
  });

  it('is told at its end when it is large', async () => {
    await using server = await startAnswers(() => object(damaged(BIG), checksum(BIG)));
    const broken = read(await server.open());
    await expect(broken).rejects.toMatchObject({ code: 'store-corrupt', key: KEY });
  });
});

describe('what is read', () => {
  it('has the store’s own time of the answer', async () => {
    const date = 'Mon, 01 Feb 2021 08:00:00 GMT';
    await using server = await startAnswers(() => object('x', { date }));
    expect(await (await server.open()).get(KEY)).toMatchObject({
      etag: 'e1',
      sizeBytes: 1,
      modifiedAt: '2021-01-29T12:00:00.000Z',
      answeredAt: '2021-02-01T08:00:00.000Z',
    });
  });

  it('has nothing beyond the end, and is nothing when there is none', async () => {
    await using server = await startAnswers(({ method, key }) => {
      if (key.endsWith('none')) return failure(404, 'NoSuchKey');
      return method === 'HEAD' ? object('abc') : failure(416, 'InvalidRange');
    });
    const store = await server.open();
    expect(await read(store, { from: 3, to: 9 })).toEqual(Buffer.alloc(0));
    expect(await store.get(KEY, { range: { from: 3, to: 9 } })).toMatchObject({ sizeBytes: 3 });
    expect(await store.get('objects/none', { range: { from: 3, to: 9 } })).toBeUndefined();
  });
});

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

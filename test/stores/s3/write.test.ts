import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encode, keysOf } from '../../contracts/object-store.ts';
import { failure, object, startAnswers, type Answer, type Asked } from './answers.ts';

const KEY = 'runs/a.json';
const OURS = '{"nonce":"ours"}';
const lost = failure(412, 'PreconditionFailed');

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(() => void vi.unstubAllEnvs());

/** Answers to the puts in turn, and what stands there when it is read. */
function after(puts: readonly Answer[], standing: Answer) {
  let count = 0;
  return ({ method }: Asked): Answer => {
    if (method !== 'PUT') return standing;
    count += 1;
    return puts[count - 1] ?? failure(500, 'InternalError');
  };
}

describe('a conditional write', () => {
  it('whose first try was done though its answer got lost has won', async () => {
    await using server = await startAnswers(
      after([{ resetAfter: 'nothing' }, lost], object(OURS, { etag: '"mine"' })),
    );
    const store = await server.open();
    expect(await store.put(KEY, encode(OURS), { condition: { ifNoneMatch: '*' } })).toEqual({ etag: 'mine' });
  });

  it.each([
    ['another value stands there', object('{"nonce":"their"}')],
    ['nothing stands there any more', failure(404, 'NoSuchKey')],
  ])('that is refused at a second try is lost when %s', async (_, standing) => {
    await using server = await startAnswers(after([failure(503, 'SlowDown'), lost], standing));
    const store = await server.open();
    await expect(store.put(KEY, encode(OURS), { condition: { ifMatch: 'e0' } })).rejects.toMatchObject({
      code: 'precondition-failed',
      key: KEY,
    });
  });

  it('that is refused at once is lost without another look', async () => {
    await using server = await startAnswers(after([lost], object(OURS)));
    const store = await server.open();
    await expect(store.put(KEY, encode(OURS), { condition: { ifMatch: 'e0' } })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    expect(server.asked.map(({ method }) => method)).toEqual(['PUT']);
    expect(server.asked[0]?.headers['if-match']).toBe('"e0"');
  });

  it('over what is gone is lost, and a missing bucket is not', async () => {
    await using server = await startAnswers(
      after([failure(404, 'NoSuchKey'), failure(404, 'NoSuchBucket')], object('')),
    );
    const store = await server.open();
    const put = () => store.put(KEY, encode(OURS), { condition: { ifMatch: 'e0' } });
    await expect(put()).rejects.toMatchObject({ code: 'precondition-failed' });
    await expect(put()).rejects.toMatchObject({ code: 'store-unreachable' });
  });

  it('sends a stream as one buffer', async () => {
    await using server = await startAnswers(after([{ headers: { etag: '"e"' } }], object('')));
    const store = await server.open();
    const stream = (async function* () {
      yield encode('{"a":');
      yield encode('1}');
    })();
    await store.put(KEY, stream, { condition: { ifNoneMatch: '*' } });
    expect(String(server.asked[0]?.body)).toBe('{"a":1}');
    expect(server.asked[0]?.headers).toMatchObject({ 'content-length': '7', 'if-none-match': '*' });
  });
});

describe('a write', () => {
  it('has a checksum of its body', async () => {
    await using server = await startAnswers(() => ({ headers: { etag: '"e"' } }));
    await (await server.open()).put(KEY, encode('123456789'));
    expect(server.asked[0]?.headers['x-amz-checksum-crc32']).toBe('y/Q5Jg==');
    expect(server.asked[0]?.headers).not.toHaveProperty('expect');
  });

  it('says how the bucket is to keep it', async () => {
    await using server = await startAnswers(() => ({ headers: { etag: '"e"' } }));
    const store = await server.open({
      encryption: 'sse-kms',
      kmsKey: 'alias/a',
      storageClass: 'STANDARD_IA',
      tags: { team: 'a b', 'x&y': '1=2' },
    });
    await store.put('objects/a', encode('x'));
    expect(server.asked[0]).toMatchObject({
      key: 'p/objects/a',
      headers: {
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'alias/a',
        'x-amz-storage-class': 'STANDARD_IA',
        'x-amz-tagging': 'team=a+b&x%26y=1%3D2',
      },
    });
    await store.put(KEY, encode('x'));
    expect(server.asked[1]?.headers).not.toHaveProperty('x-amz-storage-class');
    expect(server.asked[1]?.headers).toHaveProperty('x-amz-server-side-encryption', 'aws:kms');
  });
});

describe('many deletions', () => {
  const keys = ['objects/a', 'objects/b', 'objects/c'];
  const result = (errors: string): Answer => ({
    headers: { 'content-type': 'application/xml' },
    body: `<DeleteResult>${errors}</DeleteResult>`,
  });
  const refused = (key: string, code: string): string =>
    `<Error><Key>p/${key}</Key><Code>${code}</Code><Message>no</Message></Error>`;

  it.each([
    ['does not know the request', failure(501, 'NotImplemented')],
    ['wants another checksum', failure(400, 'MissingContentMD5')],
  ])('go one by one where the store %s', async (_, answer) => {
    await using server = await startAnswers(({ method }) => (method === 'POST' ? answer : { status: 204 }));
    await (await server.open()).delete(keys);
    const single = server.asked.filter(({ method }) => method === 'DELETE').map(({ key }) => key);
    expect(single.toSorted()).toEqual(keys.map((key) => `p/${key}`));
  });

  it('are asked for again for the keys that the store could not do', async () => {
    await using server = await startAnswers((_, count) =>
      result(count === 1 ? refused('objects/b', 'InternalError') : ''),
    );
    await (await server.open()).delete(keys);
    expect(server.asked).toHaveLength(2);
    expect(String(server.asked[1]?.body)).toContain('p/objects/b');
    expect(String(server.asked[1]?.body)).not.toContain('p/objects/a');
  });

  it('name the key that may not be deleted', async () => {
    await using server = await startAnswers(() => result(refused('objects/c', 'AccessDenied')));
    await expect((await server.open()).delete(keys)).rejects.toMatchObject({
      code: 'store-denied',
      key: 'objects/c',
      message: expect.stringContaining('allow s3:DeleteObject') as string,
    });
  });
});

describe('a listing', () => {
  const page = (keys: readonly string[], next?: string): Answer => ({
    headers: { 'content-type': 'application/xml' },
    body: `<ListBucketResult>${keys
      .map((key) => `<Contents><Key>p/${key}</Key><ETag>"e"</ETag><Size>1</Size></Contents>`)
      .join('')}<IsTruncated>${String(next !== undefined)}</IsTruncated>${
      next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`
    }</ListBucketResult>`,
  });

  it('passes over empty pages and stops asking beyond its end', async () => {
    await using server = await startAnswers(({ query }) => {
      switch (query.get('continuation-token')) {
        case null:
          return page([], 'one');
        case 'one':
          return page(['r/a', 'r/b'], 'two');
        case 'two':
          return page(['r/c', 'r/d'], 'three');
        default:
          return failure(400, 'InvalidArgument');
      }
    });
    const store = await server.open();
    expect(await keysOf(store, 'r/', { after: 'r/A', to: 'r/c' })).toEqual(['r/a', 'r/b', 'r/c']);
    expect(server.asked.map(({ query }) => query.get('start-after'))).toEqual(['p/r/A', null, null]);
    expect(server.asked[0]?.query.get('prefix')).toBe('p/r/');
  });

  it('of which only the first page is looked at asks for no other', async () => {
    await using server = await startAnswers(({ query }) =>
      query.has('continuation-token') ? failure(500, 'InternalError') : page(['r/a'], 'one'),
    );
    for await (const keys of (await server.open()).list('r/')) {
      expect(keys).toHaveLength(1);
      break;
    }
    expect(server.asked).toHaveLength(1);
  });
});

/** What a server answers to an upload in parts: to each completion in turn, and to whoever looks afterwards. */
function upload(complete: readonly Answer[], standing: Answer = failure(404, 'NoSuchKey')) {
  let count = 0;
  return ({ method, query }: Asked): Answer => {
    if (method === 'HEAD') return standing;
    if (method === 'POST' && query.has('uploads')) {
      return {
        body: '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
      };
    }
    if (method === 'PUT') return { headers: { etag: '"part"' } };
    if (method !== 'POST') return { status: 204 };
    count += 1;
    return complete[count - 1] ?? failure(500, 'InternalError');
  };
}

async function* large(): AsyncIterable<Uint8Array> {
  for (let sent = 0; sent < 9; sent += 1) yield Buffer.alloc(2 ** 20, sent);
}

const BLOB = 'objects/p/t/_/20210129T220000Z-aaaaaa-1/a.csv';

describe('an object that a server says it has', () => {
  const done: Answer = {
    body: '<CompleteMultipartUploadResult><ETag>"e1"</ETag></CompleteMultipartUploadResult>',
  };

  it.each<readonly [string, Answer, string]>([
    ['is nowhere', failure(404, 'NoSuchKey'), 'there is nothing'],
    ['is another', object('short'), 'there are 5 bytes'],
  ])('is no object where a repeated completion is answered well and it %s', async (_, standing, words) => {
    await using server = await startAnswers(upload([{ resetAfter: 'nothing' }, done], standing));
    const store = await server.open();
    const error = await store.put(BLOB, large()).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'store-unreachable', key: BLOB });
    expect(String(error)).toContain(`said that ${BLOB} was written, ${9 * 2 ** 20} bytes, and ${words}`);
  });

  it('is one where it is found in its size', async () => {
    await using server = await startAnswers(upload([done], object(Buffer.alloc(9 * 2 ** 20))));
    expect(await (await server.open()).put(BLOB, large())).toEqual({ etag: 'e1' });
  });

  it('is looked for after a small write that was repeated, and after no other', async () => {
    const written: Answer = { headers: { etag: '"e1"' } };
    await using server = await startAnswers(
      after([written, { resetAfter: 'nothing' }, written], failure(404, 'NoSuchKey')),
    );
    const store = await server.open();
    expect(await store.put(BLOB, encode('small'))).toEqual({ etag: 'e1' });
    expect(server.asked.map(({ method }) => method)).toEqual(['PUT']);
    await expect(store.put(BLOB, encode('small'))).rejects.toThrow('there is nothing');
  });
});

describe('a conditional write in parts', () => {
  it.each<readonly [string, readonly Answer[]]>([
    ['its condition does not hold', [lost]],
    ['its first try may have been done', [{ resetAfter: 'nothing' }, failure(404, 'NoSuchUpload')]],
    ['it met another', [failure(409, 'ConditionalRequestConflict'), failure(404, 'NoSuchUpload')]],
  ])('is lost where %s: whoever writes so looks again', async (_, complete) => {
    for (const condition of [{ ifMatch: 'e0' }, { ifNoneMatch: '*' }] as const) {
      await using server = await startAnswers(upload(complete));
      const store = await server.open();
      await expect(store.put('published/a', large(), { condition })).rejects.toMatchObject({
        code: 'precondition-failed',
      });
      const completed = server.asked.filter(({ query }) => query.has('uploadId')).at(-2);
      expect(completed?.headers).toMatchObject(
        'ifMatch' in condition ? { 'if-match': '"e0"' } : { 'if-none-match': '*' },
      );
      expect(server.asked.at(-1)?.method).toBe('DELETE');
    }
  });
});

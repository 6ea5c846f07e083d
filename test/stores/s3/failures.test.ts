import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoreError } from '../../../runner/errors.ts';
import { failureOf } from '../../../runner/stores/s3/failure.ts';
import { encode, keysOf } from '../../contracts/object-store.ts';
import { failure, object, startAnswers, type Answer } from './answers.ts';

const KEY = 'runs/a.json';
const SECRET = 'a-secret-of-forty-characters-0123456789';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET);
  vi.stubEnv('AWS_SESSION_TOKEN', 'a-session-token');
});
afterEach(() => void vi.unstubAllEnvs());

async function errorOf(act: Promise<unknown>): Promise<unknown> {
  return act.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('what the store refuses', () => {
  it.each<[string, Answer, string, readonly string[]]>([
    [
      'no permission',
      failure(403, 'AccessDenied'),
      'store-denied',
      ['allow s3:PutObject', '403 AccessDenied'],
    ],
    ['an expired token', failure(400, 'ExpiredToken'), 'store-denied', ['expired', 'aws sso login']],
    ['an unknown key', failure(403, 'InvalidAccessKeyId'), 'store-denied', ['check the key and its secret']],
    [
      'a wrong secret',
      failure(403, 'SignatureDoesNotMatch'),
      'store-denied',
      ['check the key and its secret'],
    ],
    [
      'an unknown account',
      failure(404, 'XAdminUserNotFound'),
      'store-denied',
      ['check the key and its secret'],
    ],
    ['no bucket', failure(404, 'NoSuchBucket'), 'store-unreachable', ['there is no bucket acme']],
    [
      'another region',
      failure(301, 'PermanentRedirect', 'elsewhere', { 'x-amz-bucket-region': 'eu-west-1' }),
      'store-unreachable',
      ['the bucket is in eu-west-1', 'AWS_REGION'],
    ],
    ['a full quota', failure(403, 'QuotaExceeded'), 'store-full', ['sluice gc']],
    ['a full disk', failure(507, 'XMinioStorageFull'), 'store-full', ['sluice gc']],
    ['an unknown operation', failure(501, 'NotImplemented'), 'store-unsuitable', ['docs/stores.md']],
    [
      'anything else',
      failure(400, 'InvalidArgument', 'odd'),
      'store-unsuitable',
      ['400 InvalidArgument: odd'],
    ],
  ])('%s is told with bucket, key, operation and what to do', async (_, answer, code, words) => {
    await using server = await startAnswers(() => answer);
    const store = await server.open();
    const error = await errorOf(store.put(KEY, encode('x')));
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code, key: KEY });
    for (const word of [...words, 'PutObject', KEY, 'acme']) expect(String(error)).toContain(word);
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['s3:GetObject', 'GetObject'],
    ['s3:ListBucket', 'ListObjectsV2'],
    ['s3:DeleteObject', 'DeleteObject'],
  ])('names %s where %s is forbidden', async (permission, operation) => {
    await using server = await startAnswers(() => failure(403, 'AccessDenied'));
    const store = await server.open();
    const acts = {
      GetObject: () => store.get(KEY),
      ListObjectsV2: () => keysOf(store, 'runs/'),
      DeleteObject: () => store.delete([KEY]),
    };
    const error = await errorOf(acts[operation as keyof typeof acts]());
    expect(error).toMatchObject({ code: 'store-denied' });
    expect(String(error)).toContain(`allow ${permission}`);
    expect(String(error)).toContain(`${operation} of runs/`);
  });

  it.each([
    ['an unknown account', failure(404, 'XAdminUserNotFound'), 'store-denied'],
    ['a page that is not S3’s', { status: 404, body: '<html>nothing here</html>' }, 'store-unsuitable'],
    ['no bucket', failure(404, 'NoSuchBucket'), 'store-unreachable'],
  ])('takes %s for no missing key', async (_, answer, code) => {
    await using server = await startAnswers(() => answer);
    await expect((await server.open()).get(KEY)).rejects.toMatchObject({ code });
  });

  it('shows neither secret nor token nor signature, however deep one looks', async () => {
    await using server = await startAnswers(() => failure(403, 'AccessDenied'));
    const error = await errorOf((await server.open()).put(KEY, encode('x')));
    const shown = inspect(error, { depth: 20, showHidden: true });
    for (const word of [SECRET, 'a-session-token', 'Signature=']) expect(shown).not.toContain(word);
  });

  it('says that no credentials were found, and the ways to give them', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
      vi.stubEnv(name, '');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    await using server = await startAnswers(() => object('x'));
    const error = await errorOf((await server.open()).get(KEY));
    expect(error).toMatchObject({ code: 'store-denied' });
    expect(String(error)).toMatch(/no credentials were found.*AWS_ACCESS_KEY_ID.*AWS_PROFILE.*role/);
    expect(server.asked).toEqual([]);
  });
});

describe('what no answer came to', () => {
  const where = { bucket: 'acme', uri: 's3://acme', settings: { endpoint: 'http://s3.local' } };
  it.each([
    ['ECONNREFUSED', 'nothing answers at http://s3.local'],
    ['ENOTFOUND', 'the name of http://s3.local is not known'],
    ['ECONNRESET', 'check the endpoint and the network'],
  ])('%s says where and what to do', (code, words) => {
    const cause = Object.assign(new Error(`${code} there`), { code, $metadata: { attempts: 7 } });
    const error = failureOf(cause, { operation: 'PutObject', key: KEY }, where);
    expect(error).toMatchObject({ code: 'store-unreachable', key: KEY });
    expect(error.message).toContain(words);
    expect(error.message).toContain('after 7 tries');
  });

  it('a silence is told by its length, not by the part that noticed it', () => {
    const cause = Object.assign(
      new Error(
        '@smithy/node-http-handler - the request socket timed out after 30000 ms of inactivity (configured by client requestHandler).',
      ),
      { name: 'TimeoutError' },
    );
    expect(failureOf(cause, { operation: 'GetObject', key: KEY }, where).message).toContain(
      '(TimeoutError: the request socket timed out after 30000 ms of inactivity.)',
    );
  });
});

describe('what may pass', () => {
  it.each<[string, Answer]>([
    ['503', failure(503, 'ServiceUnavailable')],
    ['SlowDown', failure(503, 'SlowDown')],
    ['429', failure(429, 'TooManyRequests')],
    ['500', failure(500, 'InternalError')],
    ['a code of a proxy', { status: 522, body: '<html>timed out</html>' }],
    ['a reset connection', { resetAfter: 'nothing' }],
    ['a truncated answer', { ...failure(503, 'SlowDown'), resetAfter: 10 }],
    ['a conflict of conditional writes', failure(409, 'ConditionalRequestConflict')],
  ])('%s is tried again', async (_, answer) => {
    await using server = await startAnswers((_, count) =>
      count <= 2 ? answer : { headers: { etag: '"e2"' } },
    );
    const store = await server.open();
    expect(await store.put(KEY, encode('x'))).toEqual({ etag: 'e2' });
    expect(server.asked.map(({ body }) => String(body))).toEqual(['x', 'x', 'x']);
  });

  it('a clock an hour off is corrected by the store’s', async () => {
    const hour = 3_600_000;
    const date = new Date(Date.now() + hour).toUTCString();
    await using server = await startAnswers((_, count) =>
      count === 1
        ? failure(403, 'RequestTimeTooSkewed', 'too large', { date })
        : { headers: { etag: '"e"', date } },
    );
    await (await server.open()).put(KEY, encode('x'));
    const signed = (server.asked[1]?.headers['x-amz-date'] ?? '').replace(
      /(....)(..)(..)T(..)(..)(..)Z/,
      '$1-$2-$3T$4:$5:$6Z',
    );
    expect(Math.abs(Date.parse(signed) - Date.now() - hour)).toBeLessThan(60_000);
  });

  it('an abort ends the wait at once', async () => {
    const controller = new AbortController();
    await using server = await startAnswers(() => {
      controller.abort();
      return failure(503, 'SlowDown', 'no', { 'retry-after': '3600' });
    });
    const store = await server.open();
    await expect(store.put(KEY, encode('x'), { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(server.asked).toHaveLength(1);
  });
});

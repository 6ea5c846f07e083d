import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoreError } from '../../../runner/errors.ts';
import { failure, object, startAnswers, type Answer, type Asked } from './answers.ts';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(() => void vi.unstubAllEnvs());

/** A bucket in memory; `honours` says whether a condition that does not hold is refused. */
function bucket(honours: (condition: 'if-match' | 'if-none-match', exists: boolean) => boolean) {
  const entries = new Map<string, { readonly body: Buffer; readonly etag: string }>();
  let writes = 0;

  function put({ key, headers, body }: Asked): Answer {
    const found = entries.get(key);
    const { 'if-match': match, 'if-none-match': noneMatch } = headers;
    if (noneMatch !== undefined && found !== undefined && honours('if-none-match', true)) {
      return failure(412, 'PreconditionFailed');
    }
    if (match !== undefined && match !== found?.etag && honours('if-match', found !== undefined)) {
      return found === undefined ? failure(404, 'NoSuchKey') : failure(412, 'PreconditionFailed');
    }
    writes += 1;
    const etag = `"${writes}"`;
    entries.set(key, { body, etag });
    return { headers: { etag } };
  }

  function answer(asked: Asked): Answer {
    if (asked.query.has('list-type')) return listing([...entries].map(([key, { etag }]) => ({ key, etag })));
    if (asked.method === 'PUT') return put(asked);
    if (asked.method === 'DELETE') {
      entries.delete(asked.key);
      return { status: 204 };
    }
    const found = entries.get(asked.key);
    return found === undefined ? failure(404, 'NoSuchKey') : object(found.body, { etag: found.etag });
  }
  return { entries, answer };
}

function listing(entries: readonly { readonly key: string; readonly etag: string }[]): Answer {
  const contents = entries
    .map(({ key, etag }) => `<Contents><Key>${key}</Key><ETag>${etag}</ETag></Contents>`)
    .join('');
  return {
    headers: { 'content-type': 'application/xml' },
    body: `<ListBucketResult>${contents}</ListBucketResult>`,
  };
}

describe('the proof that conditional writes hold', () => {
  it('is given by a store that honours them, and leaves nothing behind', async () => {
    const { entries, answer } = bucket(() => true);
    await using server = await startAnswers(answer);
    await (await server.open()).check();
    expect(entries.size).toBe(0);
    const conditions = server.asked.filter(({ method }) => method === 'PUT').map(({ headers }) => headers);
    expect(conditions.every((headers) => 'if-match' in headers || 'if-none-match' in headers)).toBe(true);
  });

  let races = 0;
  it.each<[string, Parameters<typeof bucket>[0], string]>([
    ['ignores all conditions', () => false, 'If-None-Match'],
    ['ignores If-None-Match', (condition) => condition !== 'if-none-match', 'If-None-Match'],
    ['ignores If-Match', (condition) => condition !== 'if-match', 'If-Match'],
    [
      'writes with If-Match where nothing is',
      (condition, exists) => condition !== 'if-match' || exists,
      'If-Match',
    ],
    ['lets two win where they race', () => (races += 1) > 1, 'expected one winner, found 2'],
  ])('fails in words for one that %s', async (_, honours, words) => {
    const { entries, answer } = bucket(honours);
    await using server = await startAnswers(answer);
    const error = await (await server.open()).check().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: 'store-unsuitable' });
    expect(String(error)).toContain('s3://acme/p cannot hold a store');
    expect(String(error)).toContain(words);
    expect(String(error)).toContain('docs/stores.md');
    expect(entries.size).toBe(0);
  });

  /** The answers of so many writes are lost after they were done, and each is refused when it is sent again. */
  const losing =
    (answer: (asked: Asked) => Answer, isLost: (asked: Asked) => boolean) =>
    (asked: Asked): Answer => {
      const answered = answer(asked);
      return asked.method === 'PUT' && isLost(asked) && (answered.status ?? 200) < 300
        ? { resetAfter: 'nothing' }
        : answered;
    };

  it('is given where the winner’s own answer is lost: only more than one winner says that no condition holds', async () => {
    const { entries, answer } = bucket(() => true);
    await using server = await startAnswers(losing(answer, () => true));
    await (await server.open()).check();
    expect(entries.size).toBe(0);
  });

  it('is given after a race that nobody has won, and fails in true words where nobody ever does', async () => {
    const { answer } = bucket(() => true);
    let refusals = 0;
    const refusing =
      (until: number) =>
      (asked: Asked): Answer =>
        asked.headers['if-match'] !== undefined && (refusals += 1) <= until
          ? failure(412, 'PreconditionFailed')
          : answer(asked);
    await using passing = await startAnswers(refusing(8));
    await (await passing.open()).check();
    refusals = 0;
    await using final = await startAnswers(refusing(Infinity));
    const error = String(await (await final.open()).check().catch((error: unknown) => error));
    expect(error).toContain('writes with If-Match at once were all refused, 3 times');
    expect(error).not.toContain('ignores');
  });

  it('is given where one answer tells a damaged ETag, of which no write can be', async () => {
    const { answer } = bucket(() => true);
    let reads = 0;
    await using server = await startAnswers((asked) => {
      const answered = answer(asked);
      const isDamaged = asked.method === 'GET' && !asked.query.has('list-type') && (reads += 1) === 1;
      return isDamaged ? { ...answered, headers: { ...answered.headers, etag: '"damaged"' } } : answered;
    });
    await expect((await server.open()).check()).resolves.toBeUndefined();
  });

  it('says what went wrong first, also when its key cannot be removed', async () => {
    await using server = await startAnswers(({ method }) =>
      method === 'PUT' ? failure(403, 'AccessDenied') : failure(400, 'InvalidRequest'),
    );
    await expect((await server.open()).check()).rejects.toThrow('allow s3:PutObject');
  });

  it('fails when only its key cannot be removed', async () => {
    const { answer } = bucket(() => true);
    let deletions = 0;
    await using server = await startAnswers((asked) =>
      asked.method === 'DELETE' && (deletions += 1) > 1 ? failure(403, 'AccessDenied') : answer(asked),
    );
    await expect((await server.open()).check()).rejects.toThrow('allow s3:DeleteObject');
  });

  it('fails where a listing tells another ETag than an answer does', async () => {
    const { entries, answer } = bucket(() => true);
    await using server = await startAnswers((asked) =>
      asked.query.has('list-type')
        ? listing([...entries.keys()].map((key) => ({ key, etag: '"other"' })))
        : answer(asked),
    );
    await expect((await server.open()).check()).rejects.toThrow(
      /when it is read and other when it is listed/,
    );
  });

  it('fails where keys are written and not listed', async () => {
    const { answer } = bucket(() => true);
    await using server = await startAnswers((asked) =>
      asked.query.has('list-type') ? listing([]) : answer(asked),
    );
    await expect((await server.open()).check()).rejects.toThrow('not there when it is listed');
  });
});

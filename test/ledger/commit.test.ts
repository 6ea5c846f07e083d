import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../runner/stores/memory/store.ts';
import { encode, keysOf } from '../contracts/object-store.ts';
import { ID, manifestOf, openBench, OTHER_RUN, RUN, runRecord, upload } from './sample.ts';
import { forgetfulStore, interruptedStore, observedStore } from './watched-store.ts';

const KEY = `manifests/${ID}.json`;

describe('a commit', () => {
  it('makes an attempt’s outputs the outputs', async () => {
    const { ledger } = await openBench();
    expect(await ledger.readManifest(ID)).toBeUndefined();
    const manifest = manifestOf(`${RUN}-1`, { files: { 'a.csv': 'a' }, values: { rows: '3' } });
    const result = await ledger.commitManifest(manifest, null);
    expect(result).toMatchObject({ kind: 'committed' });
    expect(await ledger.readManifest(ID)).toEqual({
      manifest,
      etag: result.kind === 'committed' ? result.etag : '',
      modifiedAt: '2021-02-01T00:00:00.000Z',
    });
  });

  it('loses against one that came first, and names the winner', async () => {
    const { ledger, open } = await openBench();
    const winner = manifestOf(`${OTHER_RUN}-1`);
    await (await open()).commitManifest(winner, null);
    const result = await ledger.commitManifest(manifestOf(`${RUN}-1`), null);
    expect(result).toMatchObject({ kind: 'lost', winner: { manifest: winner } });
    expect((await ledger.readManifest(ID))?.manifest).toEqual(winner);
  });

  it('replaces only the version that it started over, and names what it superseded and when', async () => {
    const { ledger, pass } = await openBench();
    const first = await ledger.commitManifest(manifestOf(`${RUN}-1`), null);
    const over = first.kind === 'committed' ? first.etag : '';
    pass(60);
    const second = await ledger.commitManifest(manifestOf(`${RUN}-2`), over);
    pass(60);
    expect(await ledger.commitManifest(manifestOf(`${OTHER_RUN}-1`), over)).toMatchObject({
      kind: 'lost',
      winner: { manifest: { attempt: `${RUN}-2` } },
    });
    const third = await ledger.commitManifest(
      manifestOf(`${RUN}-3`),
      second.kind === 'committed' ? second.etag : '',
    );
    expect(third.kind).toBe('committed');
    expect((await ledger.readManifest(ID))?.manifest).toMatchObject({
      attempt: `${RUN}-3`,
      superseded: { attempt: `${RUN}-2`, at: '2021-02-01T00:02:00.000Z' },
      supersededAttempts: [
        { attempt: `${RUN}-1`, at: '2021-02-01T00:01:00.000Z' },
        { attempt: `${RUN}-2`, at: '2021-02-01T00:02:00.000Z' },
      ],
    });
  });

  it('knows its own write again when the answer was lost', async () => {
    const store = openMemoryStore();
    const { open } = await openBench(store);
    const ledger = await open(forgetfulStore(store, (key) => key === KEY));
    const manifest = manifestOf(`${RUN}-1`);
    const result = await ledger.commitManifest(manifest, null);
    expect(result).toEqual({ kind: 'committed', etag: (await ledger.readManifest(ID))?.etag });
  });

  it('knows its own write again although gc has refreshed it before the answer was asked for again', async () => {
    const { store, ledger, open, pass } = await openBench();
    await ledger.startRun(runRecord(OTHER_RUN, { finishedAt: '2021-01-30T23:00:00.000Z' }));
    await upload(store, `${OTHER_RUN}-1`, { 'a.csv': 'left behind' });
    pass(3600);
    const collected: string[] = [];
    const forgetful = forgetfulStore(
      observedStore(store, async (key) => {
        if (key !== KEY || collected.length > 0) return;
        collected.push(...(await ledger.gc({ graceSeconds: 60, keep: 0, dryRun: false })).attemptsRemoved);
      }),
      (key) => key === KEY,
    );
    const result = await (await open(forgetful)).commitManifest(manifestOf(`${RUN}-1`), null);
    expect(collected).toEqual([`${ID}/${OTHER_RUN}-1`]);
    expect(result).toEqual({ kind: 'committed', etag: (await ledger.readManifest(ID))?.etag });
  });

  it('says so when the manifest it started over is gone', async () => {
    const { ledger, store } = await openBench();
    const first = await ledger.commitManifest(manifestOf(`${RUN}-1`), null);
    await store.delete([KEY]);
    await expect(
      ledger.commitManifest(manifestOf(`${RUN}-2`), first.kind === 'committed' ? first.etag : ''),
    ).rejects.toMatchObject({ code: 'store-corrupt', key: KEY });
  });

  it('of many at once makes exactly one', async () => {
    const { open, store } = await openBench();
    const ledgers = await Promise.all(Array.from({ length: 8 }, () => open()));
    const results = await Promise.all(
      ledgers.map((ledger, n) => ledger.commitManifest(manifestOf(`${RUN}-${n + 1}`), null)),
    );
    expect(results.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
    expect(await keysOf(store, 'manifests/')).toEqual([KEY]);
  });
});

describe('what is not a plain result', () => {
  it('is marked before the manifest, at every moment of any change', async () => {
    const store = openMemoryStore();
    const { open } = await openBench(store);
    const plain = await open();
    let checks = 0;
    const watched = await open(
      observedStore(store, async () => {
        const outcome = (await plain.readManifest(ID))?.manifest.outcome;
        const marks = await keysOf(store, `exceptions/${ID}/`);
        const isPlain = outcome === undefined || outcome === 'succeeded';
        expect(isPlain || marks.length > 0).toBe(true);
        checks += 1;
      }),
    );
    let over: string | null = null;
    for (const outcome of ['skipped', 'void', 'succeeded', 'void', 'skipped', 'succeeded'] as const) {
      const result = await watched.commitManifest(manifestOf(`${RUN}-1`, { outcome }), over);
      over = result.kind === 'committed' ? result.etag : '';
    }
    expect(checks).toBeGreaterThan(6);
    expect(await keysOf(store, 'exceptions/')).toEqual([]);
  });

  it('keeps its mark when a plain result is committed and replaced again meanwhile', async () => {
    const store = openMemoryStore();
    const { ledger, open } = await openBench(store);
    const skipped = await ledger.commitManifest(manifestOf(`${RUN}-1`, { outcome: 'skipped' }), null);
    // Between the plain manifest and the removal of the old mark, someone clears the instance.
    const slow = await open(
      interruptedDelete(store, async () => {
        const now = await ledger.readManifest(ID);
        await ledger.voidManifest(ID, now ?? null, 'cleared', OTHER_RUN);
      }),
    );
    await slow.commitManifest(manifestOf(`${RUN}-2`), skipped.kind === 'committed' ? skipped.etag : '');
    expect((await ledger.readManifest(ID))?.manifest.outcome).toBe('void');
    expect(await keysOf(store, `exceptions/${ID}/`)).toHaveLength(1);
    const knowledge = await ledger.readKnowledge([{ pipeline: 'short-score', task: 'prices' }], {
      contents: false,
    });
    expect(knowledge.exceptions.get(ID)?.outcome).toBe('void');
  });

  it('takes its mark back when it loses', async () => {
    const { ledger, open, store } = await openBench();
    await (await open()).commitManifest(manifestOf(`${OTHER_RUN}-1`), null);
    const result = await ledger.commitManifest(manifestOf(`${RUN}-1`, { outcome: 'skipped' }), null);
    expect(result.kind).toBe('lost');
    expect(await keysOf(store, 'exceptions/')).toEqual([]);
  });

  it('fences with a void one: whoever holds the old version cannot commit', async () => {
    const { ledger, pass } = await openBench();
    const first = await ledger.commitManifest(manifestOf(`${RUN}-1`), null);
    const stored = await ledger.readManifest(ID);
    pass(10);
    expect((await ledger.voidManifest(ID, stored ?? null, 'cleared by hand', OTHER_RUN)).kind).toBe(
      'committed',
    );
    const late = await ledger.commitManifest(
      manifestOf(`${RUN}-2`),
      first.kind === 'committed' ? first.etag : '',
    );
    expect(late).toMatchObject({
      kind: 'lost',
      winner: { manifest: { outcome: 'void', reason: 'cleared by hand' } },
    });
    const voided = await ledger.readManifest(ID);
    expect(voided?.manifest).toMatchObject({
      run: OTHER_RUN,
      objects: [],
      supersededAttempts: [{ attempt: `${RUN}-1`, at: '2021-02-01T00:00:10.000Z' }],
    });
    await ledger.commitManifest(manifestOf(`${RUN}-3`), voided?.etag ?? null);
    expect((await ledger.readManifest(ID))?.manifest).toMatchObject({
      outcome: 'succeeded',
      superseded: { attempt: `${RUN}-1` },
    });
  });
});

describe('a manifest that cannot be trusted', () => {
  const good = manifestOf(`${RUN}-1`, { files: { 'a.csv': 'a' } });
  it.each([
    ['not JSON', '{"schema": 1,', 'not JSON'],
    ['empty', '', 'empty'],
    ['of another instance', JSON.stringify({ ...good, instance: `${ID}x` }), 'expected the record of'],
    ['with edited values', JSON.stringify({ ...good, values: { a: '1' } }), 'content digest'],
    [
      'with an edited size',
      JSON.stringify({ ...good, objects: [{ ...good.objects[0], bytes: 2 }] }),
      'content digest',
    ],
    ['with a wrong type', JSON.stringify({ ...good, objects: {} }), 'objects: expected a list, found {}'],
    [
      'without a field',
      JSON.stringify({ ...good, run: undefined }),
      'run: expected a run such as 20210129T220000Z-1a2b3c, found nothing',
    ],
    [
      'with an unknown outcome',
      JSON.stringify({ ...good, outcome: 'fine' }),
      'succeeded or skipped or void, found "fine"',
    ],
  ])('is named and not used: %s', async (_, json, words) => {
    const { ledger, store } = await openBench();
    await store.put(KEY, encode(json));
    const error = await ledger.readManifest(ID).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'StoreError', code: 'store-corrupt', key: KEY });
    expect(String(error)).toContain(KEY);
    expect(String(error)).toContain(words);
    expect(String(error)).toContain('delete it');
  });

  it('is read although a newer sluice of the same schema added fields', async () => {
    const { ledger, store } = await openBench();
    await store.put(KEY, encode(JSON.stringify({ ...good, colour: 'blue' })));
    expect((await ledger.readManifest(ID))?.manifest).toMatchObject({ attempt: good.attempt });
  });

  it('is refused by name when its schema is newer', async () => {
    const { ledger, store } = await openBench();
    await store.put(KEY, encode('{"schema": 2}'));
    await expect(ledger.readManifest(ID)).rejects.toMatchObject({ code: 'store-schema', key: KEY });
    await expect(ledger.readManifest(ID)).rejects.toThrow('schema 2');
  });
});

/** Someone acts just before the first deletion. */
function interruptedDelete(store: ReturnType<typeof openMemoryStore>, before: () => Promise<unknown>) {
  const deleting = interruptedStore(store, (key) => key.startsWith('exceptions/'), before);
  return { ...deleting, put: store.put.bind(store) };
}

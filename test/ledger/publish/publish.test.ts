import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkStore } from '../../../runner/ledger/check/check.ts';
import { pathKey } from '../../../runner/ledger/publish/path-record.ts';
import type { Manifest } from '../../../runner/model/records.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';
import { encode, keysOf, textOf } from '../../contracts/object-store.ts';
import {
  DEAD,
  ID,
  manifestOf,
  openBench,
  OTHER_RUN,
  PROCESS,
  RUN,
  runRecord,
  upload,
  type Bench,
} from '../sample.ts';
import { interruptedStore } from '../watched-store.ts';

const RANGE = [{ pipeline: 'short-score', task: 'prices' }];
const instanceOf = (date: string) => `short-score/prices/date=${date}`;

/** Uploads and commits one attempt that publishes `a.csv`. */
async function commit(
  { ledger, store }: Pick<Bench, 'ledger' | 'store'>,
  attempt: string,
  content: string,
  more: Partial<Manifest> & {
    readonly to?: string;
    readonly newest?: boolean;
    readonly programs?: readonly string[];
  } = {},
): Promise<void> {
  const { to = 'a.csv', newest = false, ...rest } = more;
  const id = rest.instance ?? ID;
  await upload(store, attempt, { 'a.csv': content }, id);
  await ledger.beginPublication(id, attempt);
  const over = (await ledger.readManifest(id))?.etag ?? null;
  const published = [{ path: 'a.csv', to, newest }];
  await ledger.commitManifest(manifestOf(attempt, { files: { 'a.csv': content }, published, ...rest }), over);
}

const pending = async ({ ledger }: Pick<Bench, 'ledger'>) => [
  ...(await ledger.readKnowledge(RANGE, { contents: false })).publications,
];

describe('publishing', () => {
  it('copies what the manifest names and removes the pending record', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
    await commit(bench, `${RUN}-1`, 'one', { to: 'reports/a.csv' });
    expect(await pending(bench)).toEqual([ID]);
    expect(await bench.ledger.publish(ID)).toEqual(['reports/a.csv']);
    expect(await textOf(bench.store, 'published/reports/a.csv')).toBe('one');
    expect(await pending(bench)).toEqual([]);
    expect(await bench.ledger.publish(ID)).toEqual(['reports/a.csv']);
  });

  it('names a broken record of its path or of one beside it, and writes its own over it', async () => {
    const damages: unknown[] = [];
    const bench = await openBench(undefined, { onDamage: (damage) => damages.push(damage) });
    await bench.ledger.startRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
    await commit(bench, `${RUN}-1`, 'one', { to: 'reports/a.csv' });
    const keys = ['reports', 'reports/a.csv'].map(pathKey);
    for (const key of keys) await bench.store.put(key, encode('{}'));
    expect(await bench.ledger.publish(ID)).toEqual(['reports/a.csv']);
    expect(await textOf(bench.store, 'published/reports/a.csv')).toBe('one');
    expect(damages).toMatchObject([{ key: keys[1] }, { key: keys[0] }]);
    expect(await textOf(bench.store, keys[1] ?? '')).toContain(ID);
  });

  it('leaves what was committed, and not published, since a sleeper read the manifest', async () => {
    const bench = await openBench();
    const finishedAt = '2021-01-30T00:00:00.000Z';
    for (const run of [RUN, OTHER_RUN]) await bench.ledger.startRun(runRecord(run, { finishedAt }));
    await commit(bench, `${RUN}-1`, 'one');
    let slept = false;
    const sleeper = await bench.open({
      ...bench.store,
      async *list(prefix, options) {
        // All is copied and looked at once more; the next result comes before it tidies up.
        if (prefix.startsWith('publications/') && !slept) {
          slept = true;
          await commit(bench, `${OTHER_RUN}-1`, 'two');
        }
        yield* bench.store.list(prefix, options);
      },
    });
    await sleeper.publish(ID);
    expect(slept).toBe(true);
    expect(await pending(bench)).toEqual([ID]);
    await bench.ledger.publish(ID);
    expect(await textOf(bench.store, 'published/a.csv')).toBe('two');
    expect(await pending(bench)).toEqual([]);
  });

  it('leaves a live run its own publication, and shows that of a dead one', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN));
    await commit(bench, `${RUN}-1`, 'one');
    expect(await pending(bench)).toEqual([]);
    await bench.ledger.updateRun(runRecord(RUN, { process: { ...PROCESS, pid: DEAD } }));
    expect(await pending(bench)).toEqual([ID]);
  });

  it('ends with what is committed, though another attempt was committed meanwhile', async () => {
    const bench = await openBench();
    await commit(bench, `${RUN}-1`, 'one');
    const slow = await bench.open(
      interruptedStore(
        bench.store,
        (key) => key === 'published/a.csv',
        async () => commit(bench, `${OTHER_RUN}-1`, 'two'),
      ),
    );
    await slow.publish(ID);
    expect(await textOf(bench.store, 'published/a.csv')).toBe('two');
  });

  it('keeps the pending record of an attempt that may still be committed', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(OTHER_RUN));
    await commit(bench, `${RUN}-1`, 'one');
    await bench.ledger.beginPublication(ID, `${OTHER_RUN}-1`);
    await bench.ledger.publish(ID);
    expect(await keysOf(bench.store, `publications/${ID}/`)).toEqual([
      `publications/${ID}/${OTHER_RUN}-1.json`,
    ]);
    await bench.ledger.updateRun(runRecord(OTHER_RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
    expect(await pending(bench)).toEqual([ID]);
    await bench.ledger.publish(ID);
    expect(await pending(bench)).toEqual([]);
  });

  it('removes that of a dead attempt behind a fence: it may wake up, but not commit unannounced', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(OTHER_RUN, { process: { ...PROCESS, pid: DEAD } }));
    await commit(bench, `${RUN}-1`, 'one');
    const seen = await bench.ledger.readManifest(ID);
    await bench.ledger.beginPublication(ID, `${OTHER_RUN}-1`);
    await bench.ledger.publish(ID);
    expect(await keysOf(bench.store, `publications/${ID}/`)).toEqual([]);
    const late = await bench.ledger.commitManifest(manifestOf(`${OTHER_RUN}-1`), seen?.etag ?? null);
    expect(late.kind).toBe('lost');
  });

  it('leaves that of a dead attempt that commits just before the fence', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(OTHER_RUN, { process: { ...PROCESS, pid: DEAD } }));
    await commit(bench, `${RUN}-1`, 'one');
    await bench.ledger.beginPublication(ID, `${OTHER_RUN}-1`);
    const slow = await bench.open(
      interruptedStore(
        bench.store,
        (key) => key === `manifests/${ID}.json`,
        async () => commit(bench, `${OTHER_RUN}-1`, 'two'),
      ),
    );
    await slow.publish(ID);
    expect(await pending(bench)).toEqual([ID]);
  });

  it('removes the pending record of an attempt that has lost and says so', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN));
    await commit(bench, `${RUN}-1`, 'one');
    await bench.ledger.beginPublication(ID, `${RUN}-2`);
    await bench.ledger.publish(ID, `${RUN}-2`);
    expect(await textOf(bench.store, 'published/a.csv')).toBe('one');
    expect(await keysOf(bench.store, `publications/${ID}/`)).toEqual([]);
  });

  it('does nothing for what is skipped or absent', async () => {
    const { ledger } = await openBench();
    expect(await ledger.publish(ID)).toEqual([]);
    await ledger.commitManifest(manifestOf(`${RUN}-1`, { outcome: 'skipped' }), null);
    expect(await ledger.publish(ID)).toEqual([]);
  });

  it('refuses an object that was tampered with, and keeps what was published', async () => {
    const bench = await openBench();
    await commit(bench, `${RUN}-1`, 'one');
    await bench.ledger.publish(ID);
    await commit(bench, `${RUN}-2`, 'two');
    await bench.store.put(`objects/${ID}/${RUN}-2/a.csv`, encode('evil'));
    const error = await bench.ledger.publish(ID).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'store-corrupt', key: `objects/${ID}/${RUN}-2/a.csv` });
    expect(await textOf(bench.store, 'published/a.csv')).toBe('one');
  });

  it('names an object that is gone', async () => {
    const bench = await openBench();
    await commit(bench, `${RUN}-1`, 'one');
    await bench.store.delete([`objects/${ID}/${RUN}-1/a.csv`]);
    await expect(bench.ledger.publish(ID)).rejects.toMatchObject({
      code: 'not-found',
      key: `objects/${ID}/${RUN}-1/a.csv`,
    });
  });
});

describe('what stands at a published path and is no published file', () => {
  async function inFolder(prepare: (published: string) => void): Promise<Bench & { readonly root: string }> {
    const root = mkdtempSync(join(tmpdir(), 'sluice-publish-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    mkdirSync(join(root, 'published'));
    prepare(join(root, 'published'));
    const bench = await openBench(createDirectoryStore(root));
    await commit(bench, `${RUN}-1`, 'one');
    return { ...bench, root };
  }

  it('is replaced where it is a link, and what that leads to is left alone', async () => {
    const { ledger, store, root } = await inFolder((published) => {
      writeFileSync(join(published, '..', 'elsewhere'), 'precious');
      symlinkSync('../elsewhere', join(published, 'a.csv'));
    });
    expect(await ledger.publish(ID)).toEqual(['a.csv']);
    expect(await textOf(store, 'published/a.csv')).toBe('one');
    expect(readFileSync(join(root, 'elsewhere'), 'utf8')).toBe('precious');
  });

  it('is told where it is a folder', async () => {
    const { ledger } = await inFolder((published) => mkdirSync(join(published, 'a.csv')));
    await expect(ledger.publish(ID)).rejects.toMatchObject({
      code: expect.stringMatching(/^store-|^bad-key$/),
    });
  });

  it('is told where the store never takes what it lists', async () => {
    const bench = await openBench();
    await bench.store.put('published/a.csv', encode('old'));
    const lying: ObjectStore = {
      ...bench.store,
      async *list(prefix, options) {
        for await (const page of bench.store.list(prefix, options)) {
          yield page.map((info) => (info.key === 'published/a.csv' ? { ...info, etag: 'listed' } : info));
        }
      },
    };
    await commit(bench, `${RUN}-1`, 'one');
    await expect((await bench.open(lying)).publish(ID)).rejects.toMatchObject({
      code: 'store-unsuitable',
      message: expect.stringContaining('published/a.csv cannot be written: it is listed as version listed'),
    });
  });
});

describe('a path that holds the newest', () => {
  const newest = { newest: true, to: 'latest.csv' };

  it('only moves forward in time, in whatever order partitions come', async () => {
    const bench = await openBench();
    for (const [date, standing] of [
      ['2021-01-05', '2021-01-05'],
      ['2021-01-04', '2021-01-05'],
      ['2021-01-07', '2021-01-07'],
      ['2021-01-06', '2021-01-07'],
    ] as const) {
      const id = instanceOf(date);
      await commit(bench, `${RUN}-1`, date, { ...newest, instance: id });
      expect(await bench.ledger.publish(id)).toEqual(['latest.csv']);
      expect(await textOf(bench.store, 'published/latest.csv')).toBe(standing);
    }
    // Rebuilt with another result: the same partition replaces itself.
    const id = instanceOf('2021-01-07');
    await commit(bench, `${RUN}-2`, 'mended', { ...newest, instance: id });
    await bench.ledger.publish(id);
    expect(await textOf(bench.store, 'published/latest.csv')).toBe('mended');
  });

  it('is put right by an older publisher that wakes up in the middle of its copy', async () => {
    const bench = await openBench();
    const [old, young] = [instanceOf('2021-01-04'), instanceOf('2021-01-05')];
    await commit(bench, `${RUN}-1`, 'old', { ...newest, instance: old });
    await commit(bench, `${RUN}-1`, 'young', { ...newest, instance: young });
    const slow = await bench.open(
      interruptedStore(
        bench.store,
        (key) => key === 'published/latest.csv',
        () => bench.ledger.publish(young),
      ),
    );
    await slow.publish(old);
    expect(await textOf(bench.store, 'published/latest.csv')).toBe('young');
  });

  it('is put right by the repair of one that died in the middle', async () => {
    const bench = await openBench();
    const [old, young] = [instanceOf('2021-01-04'), instanceOf('2021-01-05')];
    await commit(bench, `${RUN}-1`, 'old', { ...newest, instance: old });
    await commit(bench, `${RUN}-1`, 'young', { ...newest, instance: young });
    await bench.ledger.publish(young);
    // What the dead one had copied last.
    await bench.store.put('published/latest.csv', encode('old'));
    expect(await pending(bench)).toEqual([old]);
    await bench.ledger.publish(old);
    expect(await textOf(bench.store, 'published/latest.csv')).toBe('young');
  });

  it('takes over from an earlier partition that published there as its own', async () => {
    const bench = await openBench();
    await commit(bench, `${RUN}-1`, 'old', { to: 'latest.csv', instance: instanceOf('2021-01-05') });
    await bench.ledger.publish(instanceOf('2021-01-05'));
    const young = instanceOf('2021-01-06');
    await commit(bench, `${RUN}-1`, 'young', { ...newest, instance: young });
    await bench.ledger.publish(young);
    expect(await textOf(bench.store, 'published/latest.csv')).toBe('young');
  });

  it('is that of one task and venue: another one does not replace it', async () => {
    const bench = await openBench();
    const [nyse, nasdaq] = ['nyse', 'nasdaq'].map((venue) => `${instanceOf('2021-01-05')}/venue=${venue}`);
    await commit(bench, `${RUN}-1`, 'nyse', { ...newest, instance: nyse ?? '' });
    await commit(bench, `${RUN}-1`, 'nasdaq', { ...newest, instance: nasdaq ?? '' });
    await bench.ledger.publish(nyse ?? '');
    await expect(bench.ledger.publish(nasdaq ?? '')).rejects.toMatchObject({ code: 'path-taken' });
    expect(await textOf(bench.store, 'published/latest.csv')).toBe('nyse');
  });
});

describe("a path that is another instance's", () => {
  const OTHER = 'short-score/other/date=2021-01-29';

  /** `prices` stands at `a.csv`. */
  async function taken(): Promise<Bench> {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
    await commit(bench, `${RUN}-1`, 'prices');
    await bench.ledger.publish(ID);
    return bench;
  }

  it('is left alone, both are named, and the second stays unpublished', async () => {
    const bench = await taken();
    await commit(bench, `${RUN}-2`, 'other', { instance: OTHER, finishedAt: '2021-03-01T00:00:00.000Z' });
    for (const _ of [1, 2]) {
      await expect(bench.ledger.publish(OTHER)).rejects.toMatchObject({
        code: 'path-taken',
        message: `published/a.csv is the file of ${ID}, and ${OTHER} publishes there too; let one of them publish to another path`,
      });
    }
    expect(await textOf(bench.store, 'published/a.csv')).toBe('prices');
    expect(await keysOf(bench.store, `publications/${OTHER}/`)).toHaveLength(1);
  });

  it('goes to exactly one of several that come at once', async () => {
    const bench = await openBench();
    await commit(bench, `${RUN}-1`, 'prices');
    await commit(bench, `${RUN}-2`, 'other', { instance: OTHER });
    const ended = await Promise.allSettled([bench.ledger.publish(OTHER), bench.ledger.publish(ID)]);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = ended[0]?.status === 'fulfilled' ? 'other' : 'prices';
    expect(await textOf(bench.store, 'published/a.csv')).toBe(winner);
  });

  it.each([
    ['a.csv/part.csv', 'published/a.csv is a file of'],
    ['a.csv/deep/part.csv', 'published/a.csv is a file of'],
  ])('is no folder for %s', async (to, words) => {
    const bench = await taken();
    await commit(bench, `${RUN}-2`, 'other', { instance: OTHER, to });
    await expect(bench.ledger.publish(OTHER)).rejects.toMatchObject({
      code: 'path-taken',
      message: expect.stringContaining(words),
    });
  });

  it('is no file where it is a folder', async () => {
    const bench = await openBench();
    await commit(bench, `${RUN}-1`, 'prices', { to: 'r/a.csv' });
    await bench.ledger.publish(ID);
    await commit(bench, `${RUN}-2`, 'other', { instance: OTHER, to: 'r' });
    await expect(bench.ledger.publish(OTHER)).rejects.toMatchObject({
      code: 'path-taken',
      message: expect.stringContaining(`published/r/a.csv is a file of ${ID}`),
    });
  });

  it('is free once that one publishes elsewhere', async () => {
    const bench = await taken();
    await commit(bench, `${RUN}-2`, 'other', { instance: OTHER });
    await commit(bench, `${RUN}-3`, 'prices', { to: 'prices.csv' });
    await bench.ledger.publish(ID);
    expect(await bench.ledger.publish(OTHER)).toEqual(['a.csv']);
    expect(await textOf(bench.store, 'published/a.csv')).toBe('other');
  });

  it('is free where nothing makes that one any more, and its manifest is not called wrong then', async () => {
    const bench = await taken();
    await commit(bench, `${RUN}-2`, 'other', { instance: OTHER });
    await bench.ledger.publish(OTHER, undefined, (instance) => instance === ID);
    expect(await textOf(bench.store, 'published/a.csv')).toBe('other');
    await commit(bench, `${RUN}-4`, 'anew', { instance: OTHER });
    await bench.ledger.publish(OTHER);
    const found: string[] = [];
    await checkStore(bench.ledger, { deep: false, onFinding: ({ kind }) => found.push(kind) });
    expect(found).not.toContain('published-twice');
  });

  it('does not keep the other files of an instance from being published', async () => {
    const bench = await taken();
    const published = ['a.csv', 'b.csv'].map((to) => ({ path: 'a.csv', to, newest: false }));
    await commit(bench, `${RUN}-2`, 'other', { instance: OTHER, published });
    await expect(bench.ledger.publish(OTHER)).rejects.toMatchObject({ code: 'path-taken' });
    expect(await textOf(bench.store, 'published/b.csv')).toBe('other');
  });

  it('can be its own: two outputs of one instance are told', async () => {
    const bench = await openBench();
    const published = ['x', 'y'].map((path) => ({ path, to: 'z', newest: false }));
    const files = { x: '1', y: '2' };
    await upload(bench.store, `${RUN}-1`, files);
    await bench.ledger.commitManifest(manifestOf(`${RUN}-1`, { files, published }), null);
    await expect(bench.ledger.publish(ID)).rejects.toMatchObject({
      code: 'path-taken',
      message: expect.stringContaining('publishes x and y to published/z'),
    });
  });

  it('is found by store check where it has been overwritten before', async () => {
    const bench = await taken();
    await commit(bench, `${RUN}-2`, 'other', { instance: OTHER });
    const found: string[] = [];
    await checkStore(bench.ledger, {
      deep: false,
      onFinding: ({ kind, damage, message }) => {
        if (damage) found.push(`${kind} ${message}`);
      },
    });
    expect(found).toEqual([
      `published-twice published/a.csv is the file of ${ID}, and ${OTHER} publishes there too; let one of them publish to another path`,
    ]);
  });
});

it('a program that is published into a folder can be run there, and is none any more when it is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-publish-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bench = await openBench(createDirectoryStore(folder));
  const isProgram = () => (statSync(join(folder, 'published/a.csv')).mode & 0o100) !== 0;
  await commit(bench, `${RUN}-1`, 'same', { programs: ['a.csv'] });
  await bench.ledger.publish(ID);
  expect(isProgram()).toBe(true);
  await commit(bench, `${RUN}-2`, 'same');
  await bench.ledger.publish(ID);
  expect(isProgram()).toBe(false);
});

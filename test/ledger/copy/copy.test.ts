import { beforeEach, describe, expect, it } from 'vitest';
import { copyStore, type CopyOptions } from '../../../runner/ledger/copy/copy.ts';
import { checkStore } from '../../../runner/ledger/check/check.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { encode, keysOf } from '../../contracts/object-store.ts';
import {
  askOf,
  failureOf,
  ID,
  manifestOf,
  openBench,
  OTHER_RUN,
  RUN,
  runRecord,
  upload,
  type Bench,
} from '../sample.ts';
import { crashingStore, observedStore } from '../watched-store.ts';

const FILES = { 'a.csv': 'alpha', 'deep/b.csv': 'beta' };
const WAITING = 'short-score/prices/date=2021-01-26';
const SKIPPED = 'short-score/prices/date=2021-01-28';
const FINISHED = { finishedAt: '2021-01-30T00:00:00.000Z' };
const published = [{ path: 'a.csv', to: 'latest.csv', newest: false }];

let source: Bench;
let target: ObjectStore;

beforeEach(async () => {
  source = await openBench();
  target = openMemoryStore();
  const { ledger, store } = source;
  await ledger.startRun(runRecord(RUN, FINISHED));
  await upload(store, `${RUN}-1`, FILES);
  await ledger.commitManifest(manifestOf(`${RUN}-1`, { files: FILES, published }), null);
  await ledger.publish(ID);
  await ledger.commitManifest(manifestOf(`${RUN}-2`, { instance: SKIPPED, outcome: 'skipped' }), null);
  await ledger.recordFailure(failureOf(`${RUN}-3`, null, { instance: 'short-score/prices/date=2021-01-27' }));
  await ledger.recordWait(askOf(`${RUN}-3`, null, { instance: WAITING }));
  await ledger.recordTaskKeys('short-score', 'prices', ['date']);
  await ledger.writeLog(RUN, ID, `${RUN}-1`, encode('log'));
  await ledger.claim(SKIPPED, `${RUN}-2`, RUN);
});

let nonces = 0;

function copy(options: Partial<CopyOptions> = {}, to: ObjectStore = target) {
  return copyStore(
    source.ledger,
    {
      store: to,
      clock: { now: source.now, sleep: async () => {} },
      nonce: () => `copy-${(nonces += 1)}`,
      openLedger: () => source.open(to),
    },
    { dryRun: false, force: false, ...options },
  );
}

async function rebuild(ledger = source.ledger, store = source.store, run = OTHER_RUN): Promise<void> {
  await ledger.startRun(runRecord(run, FINISHED));
  await upload(store, `${run}-1`, { 'a.csv': 'newer' });
  const over = (await ledger.readManifest(ID))?.etag ?? null;
  await ledger.commitManifest(manifestOf(`${run}-1`, { files: { 'a.csv': 'newer' }, published }), over);
  await ledger.publish(ID);
}

async function contents(store: ObjectStore): Promise<Readonly<Record<string, string>>> {
  const all: Record<string, string> = {};
  for (const key of await keysOf(store, '')) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await store.get(key))?.body ?? []) chunks.push(chunk);
    all[key] = Buffer.concat(chunks).toString('utf8');
  }
  return all;
}

async function damageIn(store: ObjectStore): Promise<readonly string[]> {
  const damage: string[] = [];
  // Opening it would make it one.
  if ((await keysOf(store, '')).length === 0) return damage;
  await checkStore(await source.open(store), {
    deep: true,
    onFinding: (finding) => {
      if (finding.damage) damage.push(finding.message);
    },
  });
  return damage;
}

describe('store copy', () => {
  it('keeps whose pipelines are, and does not take those of another project over', async () => {
    const claim = { pipeline: 'short-score', run: RUN, since: '2021-01-29T22:00:00.000Z', adopt: false };
    await source.ledger.claimPipeline({ ...claim, project: 'desk' });
    await copy();
    const there = await source.open(target);
    expect(await there.readOwner('short-score')).toMatchObject({ project: 'desk' });
    await there.claimPipeline({ ...claim, project: 'other', adopt: true });
    expect((await copy()).conflicts).toEqual([expect.stringContaining('pipelines/short-score.json differs')]);
    expect(await there.readOwner('short-score')).toMatchObject({ project: 'other' });
  });

  it('brings all but claims, byte for byte, under an id of its own', async () => {
    expect(await copy()).toEqual({
      instances: 2,
      objects: 2,
      bytes: 9,
      records: 5,
      published: 1,
      conflicts: [],
      problems: [],
    });
    const [from, to] = [await contents(source.store), await contents(target)];
    expect(JSON.parse(to['store.json'] ?? '')).toMatchObject({ copiedFrom: source.ledger.storeId });
    expect((await source.open(target)).storeId).not.toBe(source.ledger.storeId);
    const claim = `claims/${SKIPPED}.json`;
    expect({ ...to, 'store.json': '', [claim]: '' }).toEqual({ ...from, 'store.json': '', [claim]: '' });
    expect(await damageIn(target)).toEqual([]);
  });

  it('has nothing to do a second time, and mends what has gone missing since', async () => {
    await copy();
    const nothing = { instances: 0, objects: 0, bytes: 0, records: 0, published: 0 };
    expect(await copy()).toMatchObject(nothing);
    await target.delete([`objects/${ID}/${RUN}-1/a.csv`, 'published/latest.csv']);
    expect(await copy()).toMatchObject({ ...nothing, objects: 1, bytes: 5, published: 1 });
    expect(await damageIn(target)).toEqual([]);
  });

  it('brings a later ask over an earlier one, and none over a later', async () => {
    await copy();
    const ask = (run: string, at: string) => askOf(`${run}-4`, null, { instance: WAITING, at });
    await source.ledger.recordWait(ask(RUN, '2021-01-30T10:00:00.000Z'));
    await copy();
    const there = await source.open(target);
    expect(await there.readWait(WAITING)).toMatchObject({ count: 2 });
    await there.recordWait(ask(OTHER_RUN, '2021-01-30T12:00:00.000Z'));
    await copy();
    expect(await there.readWait(WAITING)).toMatchObject({ count: 3 });
  });

  it('says in a dry run what it then does, and writes nothing', async () => {
    const told = await copy({ dryRun: true });
    expect(await keysOf(target, '')).toEqual([]);
    expect(await copy()).toEqual(told);
  });

  it('shows no reader a manifest before its objects, wherever it is killed, and ends right when it is repeated', async () => {
    let steps = 0;
    await copy(
      {},
      observedStore(openMemoryStore(), async () => void (steps += 1)),
    );
    for (let step = 0; step < steps; step += 1) {
      const place = openMemoryStore();
      await copy({}, crashingStore(place, step, step % 2 === 0 ? 'before' : 'after')).catch(() => undefined);
      // A path's record stands before its file: until it is repeated the file may not be there.
      const damage = (await damageIn(place)).filter((message) => !message.startsWith('published/'));
      expect(damage).toEqual([]);
      expect((await copy({}, place)).conflicts).toEqual([]);
      const to = await contents(place);
      expect(Object.keys(to)).toEqual(
        (await keysOf(source.store, '')).filter((key) => !key.startsWith('claims/')),
      );
      expect(await damageIn(place)).toEqual([]);
    }
  });

  it('replaces what it has copied by what is newer in the source', async () => {
    await copy();
    await rebuild();
    // The source has forgotten what it replaced.
    source.pass(1e9);
    await source.ledger.gc({ graceSeconds: 0, keep: 0, dryRun: false });
    expect(await copy()).toMatchObject({ instances: 1, objects: 1, published: 1, conflicts: [] });
    const to = await contents(target);
    expect(to['published/latest.csv']).toBe('newer');
    expect(JSON.parse(to[`manifests/${ID}.json`] ?? '')).toMatchObject({ attempt: `${OTHER_RUN}-1` });
    expect(await damageIn(target)).toEqual([]);
  });

  it('keeps and tells what the target’s own runs have made', async () => {
    await copy();
    await rebuild(await source.open(target), target, '20210131T220000Z-cccccc');
    const before = await contents(target);
    const { conflicts } = await copy();
    expect(conflicts).toHaveLength(1);
    expect(conflicts[0]).toContain(ID);
    expect(await contents(target)).toEqual(before);
  });

  it('copies no damage, and says what it left out', async () => {
    await source.store.delete([`objects/${ID}/${RUN}-1/a.csv`]);
    await source.store.put(`objects/${ID}/${RUN}-1/a.csv`, encode('alphA'));
    const { problems } = await copy();
    expect(problems.join('\n')).toContain(`objects/${ID}/${RUN}-1/a.csv is not what was committed`);
    expect(await keysOf(target, `manifests/${ID}`)).toEqual([]);
    await source.store.delete([`objects/${ID}/${RUN}-1/a.csv`]);
    expect((await copy()).problems.join('\n')).toContain('objects gone');
    expect(await keysOf(target, 'manifests/')).toEqual([`manifests/${SKIPPED}.json`]);
  });

  it('refuses a target that is another store, this one, or something else', async () => {
    await expect(copy({}, source.store)).rejects.toThrow('it is the store to copy from');
    await source.open(target);
    await expect(copy()).rejects.toThrow('it holds another store');
    const place = openMemoryStore();
    await place.put('photo.jpg', encode('x'));
    await expect(copy({}, place)).rejects.toThrow('it holds photo.jpg');
  });

  it('refuses while somebody is at work in one of them, unless it is forced', async () => {
    await source.ledger.startRun(runRecord(OTHER_RUN));
    await expect(copy()).rejects.toThrow(`nobody at work in the store to copy from, found run ${OTHER_RUN}`);
    await copy({ force: true });
    expect(await keysOf(target, `runs/${OTHER_RUN}`)).toEqual([]);
    await source.ledger.updateRun(runRecord(OTHER_RUN, FINISHED));

    const own = '20210131T220000Z-cccccc';
    await (await source.open(target)).startRun(runRecord(own));
    await expect(copy()).rejects.toThrow(`nobody at work in the store to copy to, found run ${own}`);
    expect(await copy({ force: true })).toMatchObject({ records: 1, conflicts: [] });
  });
});

import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { encode, keysOf } from '../../contracts/object-store.ts';
import {
  DEAD,
  askOf,
  failureOf,
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
import { crashingStore, interruptedStore } from '../watched-store.ts';

const GRACE = 3600;
const options = { graceSeconds: GRACE, keep: 0, dryRun: false };

/** Objects carry the store's own time: the bench's clock is set well after it. */
async function later(bench: Bench, seconds = GRACE): Promise<void> {
  bench.pass(Math.max(0, (Date.now() - bench.now()) / 1000) + seconds + 1);
}

async function rebuilt(bench: Bench): Promise<void> {
  await bench.ledger.startRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
  for (const attempt of [`${RUN}-1`, `${RUN}-2`]) {
    await upload(bench.store, attempt, { 'a.csv': attempt, 'b/c.csv': 'x' });
    const over = (await bench.ledger.readManifest(ID))?.etag ?? null;
    await bench.ledger.commitManifest(
      manifestOf(attempt, { files: { 'a.csv': attempt, 'b/c.csv': 'x' } }),
      over,
    );
  }
}

describe('gc', () => {
  it('removes superseded attempts after the grace, counted from supersession', async () => {
    const bench = await openBench();
    await rebuilt(bench);
    bench.pass(GRACE - 1);
    expect((await bench.ledger.gc(options)).attemptsRemoved).toEqual([]);
    bench.pass(2);
    const before = await bench.ledger.readManifest(ID);
    expect(await bench.ledger.gc(options)).toMatchObject({
      attemptsRemoved: [`${ID}/${RUN}-1`],
      objectsRemoved: 2,
      bytesFreed: `${RUN}-1x`.length,
      problems: [],
    });
    expect(await keysOf(bench.store, 'objects/')).toEqual([
      `objects/${ID}/${RUN}-2/a.csv`,
      `objects/${ID}/${RUN}-2/b/c.csv`,
    ]);
    const after = await bench.ledger.readManifest(ID);
    expect(after?.etag).not.toBe(before?.etag);
    expect(after?.manifest.supersededAttempts).toBeUndefined();
    expect((await bench.ledger.gc(options)).attemptsRemoved).toEqual([]);
  });

  it('counts the grace by the store’s clock, however fast that of its machine is', async () => {
    const time = Date.parse('2021-02-01T00:00:00Z');
    const bench = await openBench(openMemoryStore(undefined, () => time));
    await rebuilt(bench);
    const fast = await openBench(bench.store, {
      clock: { now: () => time + 30 * 86_400_000, sleep: async () => {} },
    });
    expect((await fast.ledger.gc(options)).attemptsRemoved).toEqual([]);
  });

  it('gives readers the grace from when the new manifest stands, however long its writer slept before', async () => {
    const bench = await openBench();
    await rebuilt(bench);
    const sleepy = interruptedStore(
      bench.store,
      (key) => key === `manifests/${ID}.json`,
      async () => {
        bench.pass(2 * GRACE);
      },
    );
    const over = await bench.ledger.readManifest(ID);
    await (await bench.open(sleepy)).commitManifest(manifestOf(`${RUN}-3`), over?.etag ?? null);
    expect((await bench.ledger.gc(options)).attemptsRemoved).toEqual([`${ID}/${RUN}-1`]);
    // Nor does a further manifest make it older.
    const next = await bench.ledger.readManifest(ID);
    await bench.ledger.commitManifest(manifestOf(`${RUN}-4`), next?.etag ?? null);
    expect((await bench.ledger.gc(options)).attemptsRemoved).toEqual([]);
    bench.pass(GRACE);
    expect((await bench.ledger.gc(options)).attemptsRemoved).toEqual([`${ID}/${RUN}-2`]);
  });

  it('keeps the newest superseded ones, however old, and says the same in a dry run', async () => {
    const bench = await openBench();
    await rebuilt(bench);
    for (const attempt of [`${RUN}-3`, `${RUN}-10`]) {
      await upload(bench.store, attempt, { 'a.csv': attempt });
      const over = (await bench.ledger.readManifest(ID))?.etag ?? null;
      await bench.ledger.commitManifest(manifestOf(attempt, { files: { 'a.csv': attempt } }), over);
    }
    await later(bench);
    for (const [keep, gone] of [
      [3, []],
      [2, [`${ID}/${RUN}-1`]],
      [1, [`${ID}/${RUN}-2`]],
      [0, [`${ID}/${RUN}-3`]],
    ] as const) {
      await later(bench);
      expect((await bench.ledger.gc({ ...options, keep, dryRun: true })).attemptsRemoved).toEqual(gone);
      expect((await bench.ledger.gc({ ...options, keep })).attemptsRemoved).toEqual(gone);
    }
    expect(await keysOf(bench.store, 'objects/')).toEqual([`objects/${ID}/${RUN}-10/a.csv`]);
  });

  it('keeps the pending publication of a dead run until a fence has taken its objects: it may wake up', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN, { process: { ...PROCESS, pid: DEAD } }));
    await upload(bench.store, `${RUN}-1`, { 'a.csv': 'a' });
    await bench.ledger.beginPublication(ID, `${RUN}-1`);
    await bench.ledger.gc(options);
    expect(await keysOf(bench.store, 'publications/')).toHaveLength(1);
    bench.pass(GRACE);
    await bench.ledger.gc(options);
    expect(await keysOf(bench.store, 'publications/')).toEqual([]);
    expect((await bench.ledger.commitManifest(manifestOf(`${RUN}-1`), null)).kind).toBe('lost');
  });

  it('removes slots that nobody has had for the grace, also of groups named by their partition', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN));
    const group = (name: string) => ({ kind: 'group', name, weight: 1, capacity: 1 }) as const;
    const left = await bench.ledger.takeSlots([group('load-2021-01-29')], ID, RUN);
    if (left.kind === 'taken') await bench.ledger.releaseSlots(left.slots);
    await bench.ledger.takeSlots([group('held')], ID, RUN);
    await bench.ledger.gc(options);
    expect(await keysOf(bench.store, 'pools/')).toHaveLength(2);
    await later(bench);
    await bench.ledger.beat(RUN, undefined);
    expect(await bench.ledger.gc({ ...options, dryRun: true })).toMatchObject({ recordsRemoved: 1 });
    expect(await keysOf(bench.store, 'pools/')).toHaveLength(2);
    expect(await bench.ledger.gc(options)).toMatchObject({ recordsRemoved: 1 });
    expect(await keysOf(bench.store, 'pools/')).toEqual(['pools/_groups/held/1.json']);
    // Who still remembers what it gave back takes it anew.
    expect((await bench.ledger.takeSlots([group('load-2021-01-29')], ID, RUN)).kind).toBe('taken');
  });

  it('keeps a slot from everybody until its late removal cannot hurt any more', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN));
    const db = { kind: 'pool', name: 'db', weight: 1, capacity: 1 } as const;
    const left = await bench.ledger.takeSlots([db], ID, RUN);
    if (left.kind === 'taken') await bench.ledger.releaseSlots(left.slots);
    await later(bench);
    await bench.ledger.beat(RUN, undefined);
    let remove = async (): Promise<void> => undefined;
    const slow = await bench.open({
      ...bench.store,
      delete: async (keys) => void (remove = () => bench.store.delete(keys)),
    });
    await slow.gc(options);
    expect((await bench.ledger.takeSlots([db], ID, RUN)).kind).toBe('full');
    await remove();
    bench.pass(2);
    expect((await bench.ledger.takeSlots([db], ID, RUN)).kind).toBe('taken');
  });

  it('only tells in a dry run', async () => {
    const bench = await openBench();
    await rebuilt(bench);
    await later(bench);
    const keys = await keysOf(bench.store, '');
    expect(await bench.ledger.gc({ ...options, dryRun: true })).toMatchObject({
      attemptsRemoved: [`${ID}/${RUN}-1`],
      objectsRemoved: 2,
    });
    expect(await keysOf(bench.store, '')).toEqual(keys);
  });

  it.each([
    ['finished', { finishedAt: '2021-01-30T00:00:00.000Z' }, true],
    ['dead', { process: { ...PROCESS, pid: DEAD } }, true],
    ['silent', {}, true],
    ['live', {}, false],
  ] as const)('takes what a %s run uploaded and did not commit: %#', async (state, more, goes) => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN, more));
    await upload(bench.store, `${RUN}-1`, { 'a.csv': 'a' });
    expect((await bench.ledger.gc(options)).attemptsRemoved).toEqual([]);
    await later(bench);
    if (state === 'live') await bench.ledger.beat(RUN, undefined);
    expect((await bench.ledger.gc(options)).attemptsRemoved).toEqual(goes ? [`${ID}/${RUN}-1`] : []);
    expect(await keysOf(bench.store, 'objects/')).toHaveLength(goes ? 0 : 1);
  });

  it('fences before it deletes: whoever meant to commit over absence cannot', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN, { process: { ...PROCESS, pid: DEAD } }));
    await upload(bench.store, `${RUN}-1`, { 'a.csv': 'a' });
    await later(bench);
    await bench.ledger.gc(options);
    const late = await bench.ledger.commitManifest(manifestOf(`${RUN}-1`, { files: { 'a.csv': 'a' } }), null);
    expect(late).toMatchObject({ kind: 'lost', winner: { manifest: { outcome: 'void' } } });
    const { exceptions } = await bench.ledger.readKnowledge([{ pipeline: 'short-score', task: 'prices' }], {
      contents: false,
    });
    expect(exceptions.get(ID)?.outcome).toBe('void');
  });

  it('deletes nothing when it loses against a commit', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN, { process: { ...PROCESS, pid: DEAD } }));
    await upload(bench.store, `${RUN}-1`, { 'a.csv': 'a' });
    await later(bench);
    const manifest = manifestOf(`${RUN}-1`, { files: { 'a.csv': 'a' } });
    const slow = await bench.open(
      interruptedStore(
        bench.store,
        (key) => key.startsWith('manifests/'),
        () => bench.ledger.commitManifest(manifest, null),
      ),
    );
    expect((await slow.gc(options)).attemptsRemoved).toEqual([]);
    expect(await keysOf(bench.store, 'objects/')).toHaveLength(1);
    expect((await bench.ledger.readManifest(ID))?.manifest).toEqual(manifest);
  });

  it('never leaves a manifest that names what is gone, wherever it dies', async () => {
    for (let step = 0; step < 8; step += 1) {
      for (const moment of ['before', 'after'] as const) {
        const bench = await openBench();
        await rebuilt(bench);
        await later(bench);
        await (await bench.open(crashingStore(bench.store, step, moment))).gc(options).catch(() => undefined);
        const objects = async () => keysOf(bench.store, 'objects/');
        const named = `objects/${ID}/${RUN}-2/a.csv`;
        expect(await objects()).toContain(named);
        // Where it died behind the fence, that manifest stands only since then.
        await later(bench);
        await bench.ledger.gc(options);
        expect(await objects()).toEqual([named, `objects/${ID}/${RUN}-2/b/c.csv`]);
        expect((await bench.ledger.readManifest(ID))?.manifest.attempt).toBe(`${RUN}-2`);
      }
    }
  });

  it('leaves an instance alone that someone works on', async () => {
    const bench = await openBench();
    await rebuilt(bench);
    await bench.ledger.startRun(runRecord(OTHER_RUN));
    await bench.ledger.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN);
    await later(bench);
    await bench.ledger.beat(OTHER_RUN, undefined);
    const over = (await bench.ledger.readManifest(ID))?.etag ?? null;
    expect((await bench.ledger.gc(options)).attemptsRemoved).toEqual([]);
    expect((await bench.ledger.commitManifest(manifestOf(`${OTHER_RUN}-1`), over)).kind).toBe('committed');
  });

  it('leaves what it does not understand, names what is damaged, and goes on', async () => {
    const bench = await openBench();
    await rebuilt(bench);
    const broken = 'a/first/_';
    await upload(bench.store, `${RUN}-1`, { x: 'x' }, broken);
    await bench.store.put(`manifests/${broken}.json`, encode('{'));
    await bench.store.put('objects/notes.txt', encode('x'));
    await bench.store.put('objects/a/b/c/d/e', encode('x'));
    await later(bench);
    const report = await bench.ledger.gc(options);
    expect(report.attemptsRemoved).toEqual([`${ID}/${RUN}-1`]);
    expect(report.problems).toEqual([expect.stringContaining(`manifests/${broken}.json`)]);
    expect(await keysOf(bench.store, 'objects/a')).toHaveLength(2);
    expect(await keysOf(bench.store, 'objects/n')).toHaveLength(1);
  });

  it('removes records that say nothing any more, and no other', async () => {
    const bench = await openBench();
    const { ledger, store } = bench;
    await ledger.startRun(runRecord(RUN));
    await ledger.startRun(runRecord(OTHER_RUN));
    await ledger.claim(ID, `${RUN}-1`, RUN);
    await ledger.claim('p/live/_', `${OTHER_RUN}-1`, OTHER_RUN);
    await ledger.recordFailure(failureOf(`${RUN}-1`, `${RUN}-7`));
    await ledger.recordWait(askOf(`${RUN}-1`, `${RUN}-7`));
    await ledger.recordWait(askOf(`${RUN}-1`, null, { instance: 'p/open/_' }));
    await ledger.recordFailure(failureOf(`${RUN}-1`, null, { instance: 'p/open/_' }));
    await ledger.beginPublication(ID, `${RUN}-1`);
    await ledger.beginPublication('p/live/_', `${OTHER_RUN}-1`);
    await store.put('exceptions/p/plain/_/left-behind', encode(''));
    await ledger.commitManifest(manifestOf(`${RUN}-9`, { instance: 'p/plain/_' }), null);
    await ledger.voidManifest('p/void/_', null, 'cleared', RUN);
    await ledger.updateRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
    await later(bench);
    await ledger.beat(OTHER_RUN, undefined);
    expect((await ledger.gc({ ...options, dryRun: true })).recordsRemoved).toBe(5);
    expect((await ledger.gc(options)).recordsRemoved).toBe(5);
    expect(await keysOf(store, 'claims/')).toEqual(['claims/p/live/_.json']);
    expect(await keysOf(store, 'failures/')).toEqual(['failures/p/open/_.json']);
    expect(await keysOf(store, 'waits/')).toEqual(['waits/p/open/_.json']);
    expect(await keysOf(store, 'publications/')).toEqual([`publications/p/live/_/${OTHER_RUN}-1.json`]);
    expect(await keysOf(store, 'exceptions/')).toEqual([expect.stringContaining('exceptions/p/void/_/')]);
    expect(await keysOf(store, 'runs/')).toHaveLength(3);
  });

  it('says what it keeps, and why', async () => {
    const bench = await openBench();
    const { ledger, store } = bench;
    for (const [run, id] of [
      [RUN, ID],
      [OTHER_RUN, 'p/live/_'],
    ] as const) {
      await ledger.startRun(runRecord(run));
      await upload(store, `${run}-1`, { 'a.csv': 'a' }, id);
    }
    expect((await ledger.gc(options)).kept).toEqual({ young: 2, inHand: 0, asked: 0 });
    await ledger.updateRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
    await later(bench);
    await ledger.beat(OTHER_RUN, undefined);
    const { kept, attemptsRemoved } = await ledger.gc(options);
    expect({ kept, attemptsRemoved }).toEqual({
      kept: { young: 0, inHand: 1, asked: 0 },
      attemptsRemoved: [`${ID}/${RUN}-1`],
    });
  });

  it('leaves a claim that is taken over while it looks', async () => {
    const { ledger, store, open } = await openBench();
    await ledger.startRun(runRecord(RUN, { process: { ...PROCESS, pid: DEAD } }));
    await ledger.startRun(runRecord(OTHER_RUN));
    await ledger.claim(ID, `${RUN}-1`, RUN);
    const slow = await open(
      interruptedStore(
        store,
        (key) => key.startsWith('claims/'),
        () => ledger.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN),
      ),
    );
    expect((await slow.gc(options)).recordsRemoved).toBe(0);
    expect(await ledger.claim(ID, 'x-1', 'x')).toMatchObject({ kind: 'held', by: { run: OTHER_RUN } });
  });
});

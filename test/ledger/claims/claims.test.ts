import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { encode, keysOf } from '../../contracts/object-store.ts';
import { DEAD, ID, openBench, OTHER_RUN, PROCESS, RUN, runRecord, type Bench } from '../sample.ts';
import { countingStore, Crash, crashingStore, forgetfulStore, interruptedStore } from '../watched-store.ts';

const KEY = `claims/${ID}.json`;

async function withRuns(): Promise<Bench> {
  const bench = await openBench();
  await bench.ledger.startRun(runRecord(RUN));
  await bench.ledger.startRun(runRecord(OTHER_RUN));
  return bench;
}

describe('a claim', () => {
  it('is held while its run lives, and free once released', async () => {
    const { ledger, store } = await withRuns();
    const mine = await ledger.claim(ID, `${RUN}-1`, RUN);
    expect(await ledger.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).toMatchObject({
      kind: 'held',
      by: { run: RUN, attempt: `${RUN}-1`, instance: ID },
    });
    if (mine.kind === 'claimed') await ledger.release(mine.claim);
    expect(await keysOf(store, 'claims/')).toEqual([]);
    expect((await ledger.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('claimed');
  });

  it('goes to one of many that ask at once', async () => {
    const { open } = await withRuns();
    const ledgers = await Promise.all(Array.from({ length: 10 }, () => open()));
    for (const [n, ledger] of ledgers.entries())
      await ledger.startRun(runRecord(`20210131T22000${n}Z-cccccc`));
    const results = await Promise.all(
      ledgers.map((ledger, n) =>
        ledger.claim(ID, `20210131T22000${n}Z-cccccc-1`, `20210131T22000${n}Z-cccccc`),
      ),
    );
    expect(results.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
  });

  it.each([
    ['finished', { finishedAt: '2021-01-29T23:00:00.000Z' }],
    ['dead', { process: { ...PROCESS, pid: DEAD } }],
  ] as const)('is taken over from a run that is %s', async (state, more) => {
    const { ledger, open, store } = await withRuns();
    const first = await ledger.claim(ID, `${RUN}-1`, RUN);
    await ledger.updateRun(runRecord(RUN, more));
    const other = await open();
    expect(await other.liveness(RUN)).toBe(state);
    expect((await other.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('claimed');
    // The old owner wakes up: it must not free what is no longer its own.
    if (first.kind === 'claimed') await ledger.release(first.claim);
    expect(await keysOf(store, 'claims/')).toEqual([KEY]);
  });

  it('is taken over from a run whose record is gone', async () => {
    const { ledger, store } = await withRuns();
    await ledger.claim(ID, `${RUN}-1`, RUN);
    await store.delete([`runs/${RUN}/run.json`]);
    expect((await ledger.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('claimed');
  });

  it('costs one request, and two to give back, where nobody competes', async () => {
    const { store, open } = await withRuns();
    const requests: string[] = [];
    const ledger = await open(countingStore(store, requests));
    requests.length = 0;
    const mine = await ledger.claim(ID, `${RUN}-1`, RUN);
    expect(requests).toEqual([`put ${KEY}`]);
    if (mine.kind === 'claimed') await ledger.release(mine.claim);
    expect(requests).toEqual([`put ${KEY}`, `put ${KEY}`, `delete ${KEY}`]);
  });

  it('costs whoever waits for it one small read a look', async () => {
    const { ledger, store, open, pass } = await withRuns();
    await ledger.claim(ID, `${RUN}-1`, RUN);
    const requests: string[] = [];
    const waiting = await open(countingStore(store, requests));
    await waiting.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN);
    requests.length = 0;
    pass(2);
    expect((await waiting.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('held');
    expect(requests).toEqual([`get ${KEY}`]);
  });

  it('that was taken over is not freed by the run that had it, whenever that wakes up', async () => {
    const { ledger, store, open, pass } = await withRuns();
    const first = await ledger.claim(ID, `${RUN}-1`, RUN);
    if (first.kind !== 'claimed') throw new Error('expected the first claim');
    pass(62);
    const other = await open();
    const sleeper = await open(
      interruptedStore(
        store,
        (key) => key === KEY,
        async () => {
          await other.beat(OTHER_RUN, undefined);
          expect((await other.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('claimed');
        },
      ),
    );
    await sleeper.release(first.claim);
    expect(await (await open()).claim(ID, 'x-1', 'x')).toMatchObject({
      kind: 'held',
      by: { run: OTHER_RUN },
    });
  });

  it('that is given back stays out of reach until its record is gone or old', async () => {
    const { ledger, store, open, pass } = await withRuns();
    const mine = await ledger.claim(ID, `${RUN}-1`, RUN);
    // Dies between mark and removal: the removal may still be on its way.
    const dying = await open(crashingStore(store, 0, 'after'));
    if (mine.kind !== 'claimed') throw new Error('expected the claim');
    await expect(dying.release(mine.claim)).rejects.toThrow(Crash);
    expect((await ledger.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('held');
    expect((await ledger.claim(ID, `${RUN}-2`, RUN)).kind).toBe('held');
    const { claims } = await ledger.readKnowledge([{ pipeline: 'short-score', task: 'prices' }], {
      contents: false,
    });
    expect([...claims]).toEqual([]);
    pass(62);
    await ledger.beat(RUN, undefined);
    expect((await ledger.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('claimed');
  });

  it.each([
    ['finished', { finishedAt: '2021-01-29T23:00:00.000Z' }],
    ['dead', { process: { ...PROCESS, pid: DEAD } }],
  ] as const)('that was half given back is free at once where its run is %s', async (_, more) => {
    const { ledger, store, open } = await withRuns();
    const mine = await ledger.claim(ID, `${RUN}-1`, RUN);
    if (mine.kind !== 'claimed') throw new Error('expected the claim');
    await expect((await open(crashingStore(store, 0, 'after'))).release(mine.claim)).rejects.toThrow(Crash);
    await ledger.updateRun(runRecord(RUN, more));
    expect((await (await open()).claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('claimed');
  });

  it('that gc is removing stays out of reach, for gc may still be at it', async () => {
    const { ledger, store, open, pass } = await withRuns();
    await ledger.claim(ID, `${RUN}-1`, RUN);
    await ledger.updateRun(runRecord(RUN, { finishedAt: '2021-01-29T23:00:00.000Z' }));
    const dying = await open(crashingStore(store, 0, 'after'));
    await expect(dying.gc({ graceSeconds: 0, keep: 0, dryRun: false })).rejects.toThrow(Crash);
    expect((await ledger.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('held');
    pass(62);
    await ledger.beat(OTHER_RUN, undefined);
    expect((await ledger.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('claimed');
  });

  it('passes to the next attempt of the same run', async () => {
    const { ledger } = await withRuns();
    await ledger.claim(ID, `${RUN}-1`, RUN);
    expect(await ledger.claim(ID, `${RUN}-2`, RUN)).toMatchObject({
      kind: 'claimed',
      claim: { record: { attempt: `${RUN}-2` } },
    });
  });

  it('knows its own write again when the answer was lost', async () => {
    const store = openMemoryStore();
    const { ledger, open } = await openBench(store);
    await ledger.startRun(runRecord(RUN));
    const forgetful = await open(forgetfulStore(store, (key) => key === KEY));
    expect((await forgetful.claim(ID, `${RUN}-1`, RUN)).kind).toBe('claimed');
  });

  it('is named when it is broken, and holds nobody off', async () => {
    const { store } = await withRuns();
    const damages: unknown[] = [];
    const { ledger } = await openBench(store, { onDamage: (damage) => damages.push(damage) });
    await store.put(KEY, encode('{"schema":1}'));
    expect(await ledger.claim(ID, `${RUN}-1`, RUN)).toMatchObject({ kind: 'claimed' });
    expect(damages).toMatchObject([{ code: 'store-corrupt', key: KEY }]);
  });
});

describe('runs', () => {
  it('are recorded once, and their record is replaced at the end', async () => {
    const { ledger } = await openBench();
    await ledger.startRun(runRecord(RUN));
    await ledger.startRun(runRecord(RUN));
    await expect(ledger.startRun(runRecord(RUN, { nonce: 'other' }))).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    expect(await ledger.liveness(RUN)).toBe('live');
    await ledger.updateRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z', outcome: 'succeeded' }));
    expect((await ledger.readRun(RUN))?.outcome).toBe('succeeded');
    expect(await ledger.readRun(OTHER_RUN)).toBeUndefined();
  });

  it('are listed newest first, by pipeline, with logs and foreign folders among them', async () => {
    const { ledger, store, now } = await openBench();
    const runs: string[] = [];
    for (const days of [0.01, 0.02, 1, 3, 30, 400]) {
      const at = new Date(now() - days * 86_400_000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
      runs.push(`${at}Z-aaaaaa`);
    }
    for (const [n, run] of runs.entries()) {
      await ledger.startRun(runRecord(run, { pipeline: n % 2 === 0 ? 'even' : 'odd' }));
      await ledger.writeLog(run, ID, `${run}-1`, encode('log'));
    }
    await store.put('runs/doctor-1/probe.json', encode('{}'));
    const ids = async (options: { pipeline?: string; limit: number }) =>
      (await ledger.listRuns(options)).map(({ run }) => run);
    expect(await ids({ limit: 10 })).toEqual(runs);
    expect(await ids({ limit: 3 })).toEqual(runs.slice(0, 3));
    expect(await ids({ limit: 2, pipeline: 'odd' })).toEqual([runs[1], runs[3]]);
    expect(await ids({ limit: 10, pipeline: 'none' })).toEqual([]);
  });

  it('keep their logs', async () => {
    const { ledger } = await openBench();
    await ledger.writeLog(RUN, ID, `${RUN}-1`, encode('hello\n'));
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await ledger.readLog(RUN, ID, `${RUN}-1`)) ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('hello\n');
    expect(await ledger.readLog(RUN, ID, `${RUN}-2`)).toBeUndefined();
  });
});

describe('the store’s own record', () => {
  it('gives all who open a new store at once the same id', async () => {
    const { open } = await openBench();
    const store = openMemoryStore();
    const ids = (await Promise.all(Array.from({ length: 8 }, () => open(store)))).map(
      (ledger) => ledger.storeId,
    );
    expect(new Set(ids).size).toBe(1);
    expect((await open(store)).storeId).toBe(ids[0]);
  });

  it('refuses a store of a newer schema by name', async () => {
    const { open } = await openBench();
    const store = openMemoryStore();
    await store.put('store.json', encode('{"schema":7,"id":"x"}'));
    await expect(open(store)).rejects.toMatchObject({ code: 'store-schema', key: 'store.json' });
  });

  it('names a broken one', async () => {
    const { open } = await openBench();
    const store = openMemoryStore();
    await store.put('store.json', encode('[]'));
    await expect(open(store)).rejects.toMatchObject({ code: 'store-corrupt', key: 'store.json' });
  });
});

describe('key names', () => {
  it('are kept by task and replaced when they change', async () => {
    const { ledger } = await openBench();
    expect(await ledger.readTaskKeys('p', 't')).toBeUndefined();
    await ledger.recordTaskKeys('p', 't', ['date']);
    await ledger.recordTaskKeys('p', 't', ['date']);
    await ledger.recordTaskKeys('p', 't', ['date', 'venue']);
    expect(await ledger.readTaskKeys('p', 't')).toEqual(['date', 'venue']);
  });
});

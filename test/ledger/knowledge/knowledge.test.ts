import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Knowledge } from '../../../runner/model/plan.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { encode } from '../../contracts/object-store.ts';
import {
  DEAD,
  ELSEWHERE,
  askOf,
  failureOf,
  ID,
  manifestOf,
  openBench,
  OTHER_RUN,
  PROCESS,
  RUN,
  runRecord,
} from '../sample.ts';

const RANGE = { pipeline: 'short-score', task: 'prices' };
const at = (date: string, more = '') => `short-score/prices/date=${date}${more}`;

describe('what the ledger knows', () => {
  it('is done-ness by listing, within the bounds', async () => {
    const { ledger } = await openBench();
    const ids = [
      at('2021-01-01'),
      at('2021-01-02'),
      at('2021-01-02', '/venue=nyse'),
      at('2021-01-03'),
      at('2021-01-04'),
    ];
    for (const id of ids) await ledger.commitManifest(manifestOf(`${RUN}-1`, { instance: id }), null);
    await ledger.commitManifest(
      manifestOf(`${RUN}-1`, { instance: 'short-score/pricesx/date=2021-01-02' }),
      null,
    );
    const known = async (bounds: { from?: string; to?: string }) =>
      [
        ...(await ledger.readKnowledge([{ ...RANGE, ...bounds }], { contents: false })).manifests.keys(),
      ].sort();
    expect(await known({})).toEqual([...ids].sort());
    expect(await known({ from: 'date=2021-01-02', to: 'date=2021-01-03' })).toEqual(ids.slice(1, 4).sort());
    expect(await known({ from: 'date=2021-01-04' })).toEqual([at('2021-01-04')]);
    expect(await known({ to: 'date=2021-01-01' })).toEqual([at('2021-01-01')]);
    const knowledge = await ledger.readKnowledge([RANGE], { contents: false });
    expect(knowledge.storeId).toBe(ledger.storeId);
    expect(knowledge.manifests.get(ids[0] ?? '')).toBe((await ledger.readManifest(ids[0] ?? ''))?.etag);
  });

  it('covers every record of an instance on the bound', async () => {
    const { ledger } = await openBench();
    const id = at('2021-01-02');
    await ledger.startRun(runRecord(RUN));
    await ledger.claim(id, `${RUN}-1`, RUN);
    await ledger.recordFailure(failureOf(`${OTHER_RUN}-1`, null, { instance: id }));
    await ledger.recordWait(askOf(`${OTHER_RUN}-1`, null, { instance: id }));
    await ledger.beginPublication(id, `${OTHER_RUN}-1`);
    await ledger.voidManifest(id, null, 'cleared', RUN);
    const bounds = { from: 'date=2021-01-02', to: 'date=2021-01-02' };
    const knowledge = await ledger.readKnowledge([{ ...RANGE, ...bounds }], { contents: false });
    expect(idsOf(knowledge)).toEqual({
      manifests: [id],
      exceptions: [id],
      failures: [id],
      waits: [id],
      claims: [id],
      publications: [id],
    });
    const other = await ledger.readKnowledge([{ ...RANGE, from: 'date=2021-01-03' }], { contents: false });
    expect(idsOf(other)).toEqual({
      manifests: [],
      exceptions: [],
      failures: [],
      waits: [],
      claims: [],
      publications: [],
    });
  });

  it('holds the manifests of what is skipped or void', async () => {
    const { ledger } = await openBench();
    await ledger.commitManifest(manifestOf(`${RUN}-1`, { outcome: 'skipped', reason: 'no data' }), null);
    await ledger.voidManifest(at('2021-01-30'), null, 'cleared', RUN);
    await ledger.commitManifest(manifestOf(`${RUN}-1`, { instance: at('2021-01-31') }), null);
    const { exceptions, manifests } = await ledger.readKnowledge([RANGE], { contents: false });
    expect([...exceptions].map(([id, { outcome }]) => [id, outcome])).toEqual([
      [ID, 'skipped'],
      [at('2021-01-30'), 'void'],
    ]);
    expect(manifests.size).toBe(3);
  });

  it('holds failures while they are over what is committed', async () => {
    const { ledger } = await openBench();
    await ledger.recordFailure(failureOf(`${RUN}-1`, null));
    const failures = async () => [
      ...(await ledger.readKnowledge([RANGE], { contents: false })).failures.keys(),
    ];
    expect(await failures()).toEqual([ID]);
    await ledger.commitManifest(manifestOf(`${RUN}-2`), null);
    expect(await failures()).toEqual([]);
    await ledger.recordFailure(failureOf(`${OTHER_RUN}-1`, `${RUN}-2`));
    expect(await failures()).toEqual([ID]);
    await ledger.voidManifest(ID, (await ledger.readManifest(ID)) ?? null, 'cleared', RUN);
    expect(await failures()).toEqual([]);
    await ledger.recordFailure(failureOf(`${OTHER_RUN}-2`, null));
    expect(await failures()).toEqual([ID]);
  });

  it('holds claims of runs that live, and where those are', async () => {
    const { ledger } = await openBench();
    const processes = { live: PROCESS.pid, dead: DEAD, elsewhere: ELSEWHERE };
    for (const [n, [name, pid]] of Object.entries(processes).entries()) {
      const run = `2021013${n}T220000Z-aaaaaa`;
      await ledger.startRun(runRecord(run, { process: { ...PROCESS, pid } }));
      await ledger.claim(`short-score/prices/key=${name}`, `${run}-1`, run);
    }
    const { claims } = await ledger.readKnowledge([RANGE], { contents: false });
    expect(Object.fromEntries(claims)).toEqual({
      'short-score/prices/key=elsewhere': { run: '20210132T220000Z-aaaaaa', host: 'here' },
      'short-score/prices/key=live': { run: '20210130T220000Z-aaaaaa', host: 'here' },
    });
  });

  it('holds recorded key names of the tasks that were asked about', async () => {
    const { ledger } = await openBench();
    await ledger.recordTaskKeys('short-score', 'prices', ['date']);
    const { taskKeys } = await ledger.readKnowledge([RANGE, { ...RANGE, task: 'other' }], {
      contents: false,
    });
    expect([...taskKeys]).toEqual([['short-score/prices', ['date']]]);
  });

  it('holds all that a task has done where its key names were others', async () => {
    const { ledger } = await openBench();
    for (const date of ['2021-01-01', '2021-02-01', '2021-03-01'])
      await ledger.commitManifest(manifestOf(`${RUN}-1`, { instance: at(date) }), null);
    await ledger.recordTaskKeys('short-score', 'prices', ['date']);
    const range = { ...RANGE, from: 'date=2021-02-01', to: 'date=2021-02-01' };
    const idsOf = async (keys: readonly string[]) => {
      const { manifests } = await ledger.readKnowledge([{ ...range, keys }], { contents: false });
      return [...manifests.keys()].sort();
    };
    expect(await idsOf(['date'])).toEqual([at('2021-02-01')]);
    expect(await idsOf(['date', 'venue'])).toEqual([at('2021-01-01'), at('2021-02-01'), at('2021-03-01')]);
  });

  it('names a manifest that is damaged when it is to be read, and takes it for no result', async () => {
    const damages: unknown[] = [];
    const { ledger, store } = await openBench(undefined, { onDamage: (damage) => damages.push(damage) });
    await store.put(`manifests/${ID}.json`, encode('{}'));
    const { manifests } = await ledger.readKnowledge([RANGE], { contents: true });
    expect([...manifests]).toEqual([]);
    expect(damages).toMatchObject([{ code: 'store-corrupt', key: `manifests/${ID}.json` }]);
  });

  it('names a manifest that is damaged also where it is only looked at', async () => {
    const damages: unknown[] = [];
    const { ledger, store } = await openBench(undefined, { onDamage: (damage) => damages.push(damage) });
    await store.put(`manifests/${ID}.json`, encode('{}'));
    const { contents } = await ledger.readKnowledge([RANGE], { contents: false, glance: new Set([ID]) });
    expect([...contents]).toEqual([]);
    expect(damages).toMatchObject([{ code: 'store-corrupt', key: `manifests/${ID}.json` }]);
  });

  it('reads no manifest of what is plainly done', async () => {
    const store = openMemoryStore();
    const { ledger, open } = await openBench(store);
    for (let n = 10; n < 30; n += 1) {
      await ledger.commitManifest(manifestOf(`${RUN}-1`, { instance: at(`2021-01-${n}`) }), null);
    }
    const reads: string[] = [];
    await (await open(counting(store, reads))).readKnowledge([RANGE], { contents: false });
    expect(reads.filter((key) => key.startsWith('manifests/'))).toEqual([]);
  });
});

describe('requests', () => {
  const tasks = Array.from({ length: 40 }, (_, n) => `t${n}`);
  const ranges = tasks.map((task) => ({
    pipeline: 'p',
    task,
    from: 'date=2021-01-02',
    to: 'date=2021-01-03',
  }));

  it('are few for many tasks: what is rare is asked for once a pipeline', async () => {
    const store = openMemoryStore();
    const { ledger, open } = await openBench(store);
    for (const task of tasks) {
      const instance = `p/${task}/date=2021-01-02`;
      await ledger.recordFailure(failureOf(`${RUN}-1`, null, { instance }));
      await ledger.recordFailure(failureOf(`${RUN}-1`, null, { instance: `p/${task}/date=2021-01-04` }));
    }
    const listed: string[] = [];
    const { failures } = await (
      await open(listing(store, listed))
    ).readKnowledge(ranges, { contents: false });
    expect([...failures.keys()]).toEqual(tasks.map((task) => `p/${task}/date=2021-01-02`));
    expect(listed.filter((prefix) => !prefix.startsWith('manifests/')).sort()).toEqual([
      'claims/p/',
      'exceptions/p/',
      'failures/p/',
      'publications/p/',
      'waits/p/',
    ]);
  });

  it('find the same where a pipeline has more than a page of something', async () => {
    const store = openMemoryStore();
    const { ledger, open } = await openBench(store);
    for (let n = 0; n < 1100; n += 1) {
      const failure = failureOf(`${RUN}-1`, null, { instance: `p/t${n % 3}/date=2021-01-02/n=${n}` });
      await ledger.recordFailure(failure);
    }
    const listed: string[] = [];
    const { failures } = await (
      await open(listing(store, listed))
    ).readKnowledge(ranges, { contents: false });
    expect(failures.size).toBe(1100);
    expect(listed).toContain('failures/p/t2/');
  });
});

describe('contents', () => {
  it('are read once an etag, also by the next process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-cache-'));
    try {
      const store = openMemoryStore();
      const { ledger } = await openBench(store);
      for (const date of ['2021-01-01', '2021-01-02']) {
        await ledger.commitManifest(manifestOf(`${RUN}-1`, { instance: at(date) }), null);
      }
      const read = async () => {
        const reads: string[] = [];
        const fresh = await openBench(counting(store, reads), { cacheFolder: folder });
        const { contents } = await fresh.ledger.readKnowledge([RANGE], { contents: true });
        return { contents, reads: reads.filter((key) => key.startsWith('manifests/')).length };
      };
      expect(await read()).toMatchObject({ reads: 2 });
      expect(await read()).toMatchObject({ reads: 0 });
      const second = await ledger.readManifest(at('2021-01-02'));
      await ledger.commitManifest(
        manifestOf(`${RUN}-2`, { instance: at('2021-01-02') }),
        second?.etag ?? null,
      );
      const after = await read();
      expect(after.reads).toBe(1);
      expect([...after.contents].map(([id, { attempt }]) => [id, attempt])).toEqual([
        [at('2021-01-01'), `${RUN}-1`],
        [at('2021-01-02'), `${RUN}-2`],
      ]);

      const [file = ''] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.json'),
      );
      writeFileSync(join(folder, file), '{"torn');
      expect(await read()).toMatchObject({ reads: 2 });
      expect(existsSync(join(folder, file))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('of a copy of a store’s files, which has its id, are its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-copied-'));
    try {
      const roots = ['one', 'two'].map((name) => join(folder, name));
      const [one = '', two = ''] = roots;
      const { ledger } = await openBench(createDirectoryStore(one));
      await ledger.commitManifest(manifestOf(`${RUN}-1`), null);
      cpSync(one, two, { recursive: true, verbatimSymlinks: true });
      for (const [place, root] of roots.entries()) {
        const bench = await openBench(createDirectoryStore(root), { cacheFolder: join(folder, 'cache') });
        const over = (await bench.ledger.readManifest(ID))?.etag ?? null;
        const attempt = `${RUN}-${place + 2}`;
        await bench.ledger.commitManifest(manifestOf(attempt), over);
        const { contents } = await bench.ledger.readKnowledge([RANGE], { contents: true });
        expect(contents.get(ID)?.attempt).toBe(attempt);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('failures', () => {
  it('are counted while they are about the same, and start anew over another result', async () => {
    const { ledger } = await openBench();
    await ledger.recordFailure(failureOf(`${RUN}-1`, null));
    await ledger.recordFailure(failureOf(`${RUN}-2`, null, { firstFailedAt: '2021-01-30T00:00:00.000Z' }));
    await ledger.recordFailure(failureOf(`${RUN}-2`, null));
    expect(await ledger.readFailure(ID)).toMatchObject({
      attempt: `${RUN}-2`,
      count: 2,
      firstFailedAt: '2021-01-29T22:00:02.000Z',
    });
    await ledger.recordFailure(failureOf(`${RUN}-3`, `${OTHER_RUN}-1`));
    expect(await ledger.readFailure(ID)).toMatchObject({ count: 1, over: `${OTHER_RUN}-1` });
  });

  it('are none the fewer for being recorded at once', async () => {
    const { ledger } = await openBench();
    await Promise.all([1, 2, 3, 4, 5].map((n) => ledger.recordFailure(failureOf(`${RUN}-${n}`, null))));
    expect((await ledger.readFailure(ID))?.count).toBe(5);
  });

  it('are listed open ones only, and are closed by name', async () => {
    const { ledger } = await openBench();
    const other = 'copy/main/_';
    await ledger.recordFailure(failureOf(`${RUN}-1`, null));
    await ledger.recordFailure(failureOf(`${RUN}-1`, null, { instance: other }));
    const open = async (pipeline?: string) =>
      (await ledger.openFailures(pipeline)).map(({ instance }) => instance);
    expect(await open()).toEqual([other, ID]);
    expect(await open('copy')).toEqual([other]);
    await ledger.commitManifest(manifestOf(`${RUN}-2`), null);
    expect(await open()).toEqual([other]);
    // Nothing was committed over it: only whoever clears it by hand makes it forgotten.
    await ledger.closeFailure(other);
    expect(await open()).toEqual([other]);
    await ledger.forgetFailure(other);
    await ledger.forgetFailure(other);
    expect(await open()).toEqual([]);
    expect(await ledger.readFailure(other)).toBeUndefined();
  });
});

function idsOf({ manifests, exceptions, failures, waits, claims, publications }: Knowledge) {
  return {
    manifests: [...manifests.keys()],
    exceptions: [...exceptions.keys()],
    failures: [...failures.keys()],
    waits: [...waits.keys()],
    claims: [...claims.keys()],
    publications: [...publications],
  };
}

function counting(store: ObjectStore, reads: string[]): ObjectStore {
  return {
    ...store,
    get: async (key, options) => {
      reads.push(key);
      return store.get(key, options);
    },
  };
}

function listing(store: ObjectStore, prefixes: string[]): ObjectStore {
  return {
    ...store,
    list(prefix, options) {
      prefixes.push(prefix);
      return store.list(prefix, options);
    },
  };
}

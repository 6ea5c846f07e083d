import { describe, expect, it } from 'vitest';
import { checkStore } from '../../../runner/ledger/check/check.ts';
import type { CheckTotals, Finding } from '../../../runner/ledger/check/finding.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { encode, keysOf } from '../../contracts/object-store.ts';
import {
  DEAD,
  failureOf,
  ID,
  manifestOf,
  openBench,
  OTHER_RUN,
  PROCESS,
  RUN,
  runRecord,
  sha256,
  upload,
  type Bench,
} from '../sample.ts';

const FILES = { 'a.csv': 'alpha', 'deep/b.csv': 'beta' };
const ATTEMPT = `${RUN}-1`;
const OBJECT = `objects/${ID}/${ATTEMPT}/a.csv`;
const OTHER = 'short-score/prices/date=2021-01-28';

/** One of everything, all sound. */
async function sound(): Promise<Bench> {
  const bench = await openBench();
  const { ledger, store } = bench;
  await ledger.startRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
  await upload(store, ATTEMPT, FILES);
  const published = [{ path: 'a.csv', to: 'latest.csv', newest: false }];
  await ledger.commitManifest(manifestOf(ATTEMPT, { files: FILES, published }), null);
  await ledger.publish(ID);
  await ledger.commitManifest(manifestOf(`${RUN}-2`, { instance: OTHER, outcome: 'skipped' }), null);
  await ledger.recordFailure(failureOf(`${RUN}-3`, null, { instance: 'short-score/prices/date=2021-01-27' }));
  await ledger.recordTaskKeys('short-score', 'prices', ['date']);
  await ledger.writeLog(RUN, ID, ATTEMPT, encode('log'));
  return bench;
}

async function check(
  bench: Bench,
  { deep = false, store = bench.store }: { readonly deep?: boolean; readonly store?: ObjectStore } = {},
): Promise<{
  readonly found: readonly string[];
  readonly findings: readonly Finding[];
  readonly totals: CheckTotals;
}> {
  const findings: Finding[] = [];
  const totals = await checkStore(await bench.open(store), { deep, onFinding: (one) => findings.push(one) });
  const found = findings.map(({ kind, damage, key }) => `${damage ? 'damage' : 'note'} ${kind} ${key}`);
  return { found: found.sort(), findings, totals };
}

async function rewrite(store: ObjectStore, key: string, text: string): Promise<void> {
  await store.delete([key]);
  await store.put(key, encode(text));
}

describe('store check', () => {
  it.each([false, true])('finds nothing in a sound store, and changes nothing (deep: %s)', async (deep) => {
    const bench = await sound();
    const before = await keysOf(bench.store, '');
    const { found, totals } = await check(bench, { deep });
    expect(found).toEqual([]);
    expect(totals).toMatchObject({ instances: 2, objects: 2, bytes: 9, orphanedBytes: 0 });
    expect(await keysOf(bench.store, '')).toEqual(before);
  });

  it.each<[string, string, (bench: Bench) => Promise<unknown>]>([
    ['an object that is gone', `damage object-gone ${OBJECT}`, ({ store }) => store.delete([OBJECT])],
    [
      'an object of another size',
      `damage object-differs ${OBJECT}`,
      ({ store }) => rewrite(store, OBJECT, 'alphabet'),
    ],
    [
      'a manifest that is no JSON',
      `damage broken-record manifests/${ID}.json`,
      ({ store }) => rewrite(store, `manifests/${ID}.json`, '{"half":'),
    ],
    [
      'a manifest of a newer sluice',
      `damage newer-record manifests/${ID}.json`,
      ({ store }) => rewrite(store, `manifests/${ID}.json`, '{"schema": 99}'),
    ],
    [
      'a manifest of another instance',
      `damage broken-record manifests/${ID}.json`,
      ({ store }) =>
        rewrite(store, `manifests/${ID}.json`, JSON.stringify(manifestOf(ATTEMPT, { instance: OTHER }))),
    ],
    [
      'a store inside this one',
      'note nested-store objects/inner/store.json',
      ({ store }) => store.put('objects/inner/store.json', encode('{"schema":1,"id":"inner"}')),
    ],
    [
      'a failure without its fields',
      `damage broken-record failures/${OTHER}.json`,
      ({ store }) => store.put(`failures/${OTHER}.json`, encode('{"schema": 1}')),
    ],
    [
      'a failure of another instance',
      `damage broken-record failures/${OTHER}.json`,
      ({ store }) => store.put(`failures/${OTHER}.json`, encode(JSON.stringify(failureOf(ATTEMPT, null)))),
    ],
    [
      'a claim, a task, a run and a heartbeat that are no JSON',
      [
        `claims/${OTHER}.json`,
        `runs/${OTHER_RUN}/heartbeat.json`,
        `runs/${OTHER_RUN}/run.json`,
        'tasks/short-score/other.json',
      ]
        .map((key) => `damage broken-record ${key}`)
        .join('\n'),
      async ({ store }) => {
        for (const key of [
          `claims/${OTHER}.json`,
          `runs/${OTHER_RUN}/heartbeat.json`,
          `runs/${OTHER_RUN}/run.json`,
          'tasks/short-score/other.json',
        ]) {
          await store.put(key, encode('no'));
        }
      },
    ],
    [
      'a published file that is gone',
      'damage published-gone published/latest.csv',
      ({ store }) => store.delete(['published/latest.csv']),
    ],
    [
      'a published file of another size',
      'damage published-differs published/latest.csv',
      ({ store }) => store.put('published/latest.csv', encode('alphabet')),
    ],
    [
      'a skipped manifest without its mark',
      `damage unmarked-manifest exceptions/${OTHER}/`,
      async ({ store }) => store.delete(await keysOf(store, 'exceptions/')),
    ],
    [
      'a mark without a manifest',
      'note stray-mark exceptions/short-score/other/_/x',
      ({ store }) => store.put('exceptions/short-score/other/_/x', new Uint8Array()),
    ],
    [
      'keys that belong to nothing',
      ['more/a.txt', 'objects/readme.txt', 'runs/notes.txt']
        .map((key) => `note unknown-key ${key}`)
        .join('\n'),
      async ({ store }) => {
        for (const key of ['more/a.txt', 'objects/readme.txt', 'runs/notes.txt'])
          await store.put(key, encode('x'));
      },
    ],
    [
      'an object beside those that a manifest names',
      `note stray-object objects/${ID}/${ATTEMPT}/more.csv`,
      ({ store }) => upload(store, ATTEMPT, { 'more.csv': 'x' }),
    ],
    [
      'a published file of nobody',
      'note unknown-published published/own.csv',
      ({ store }) => store.put('published/own.csv', encode('x')),
    ],
    [
      'what a dead run uploaded',
      `note orphan objects/${ID}/${OTHER_RUN}-1/`,
      async ({ store, ledger }) => {
        await ledger.startRun(runRecord(OTHER_RUN, { process: { ...PROCESS, pid: DEAD } }));
        await upload(store, `${OTHER_RUN}-1`, { 'a.csv': 'x' });
      },
    ],
    [
      'what a live run has in hand',
      [
        `note in-hand objects/${ID}/${OTHER_RUN}-1/`,
        `note in-hand publications/${ID}/${OTHER_RUN}-1.json`,
      ].join('\n'),
      async ({ store, ledger }) => {
        await ledger.startRun(runRecord(OTHER_RUN));
        await upload(store, `${OTHER_RUN}-1`, { 'a.csv': 'x' });
        await ledger.beginPublication(ID, `${OTHER_RUN}-1`);
      },
    ],
    [
      'a publication that was not finished',
      `note unpublished publications/${ID}/${ATTEMPT}.json`,
      ({ ledger }) => ledger.beginPublication(ID, ATTEMPT),
    ],
  ])('tells of %s', async (_, expected, harm) => {
    const bench = await sound();
    await harm(bench);
    const { found, findings } = await check(bench);
    expect(found.map((line) => line.replace(/(exceptions\/.*\/date=[^/]*\/).*/, '$1'))).toEqual(
      expected.split('\n').sort(),
    );
    for (const { key, message } of findings)
      expect(message).toContain(key.replace(/\/$/, '').split('/').at(-1));
  });

  it('finds other bytes of the same size only when it looks deeply', async () => {
    const bench = await sound();
    await rewrite(bench.store, OBJECT, 'alphA');
    await bench.store.put('published/latest.csv', encode('alphA'));
    expect((await check(bench)).found).toEqual([]);
    const { found, findings } = await check(bench, { deep: true });
    expect(found).toEqual([
      `damage object-differs ${OBJECT}`,
      'damage published-differs published/latest.csv',
    ]);
    expect(findings[1]?.message).toContain(sha256('alphA'));
  });

  it('looks again at an instance that is committed anew while it is looked at', async () => {
    const bench = await sound();
    let done = false;
    const moving: ObjectStore = {
      ...bench.store,
      list: (prefix, options) => {
        if (!done && prefix === `objects/${ID}/${ATTEMPT}/`) {
          done = true;
          return replaced(prefix, options);
        }
        return bench.store.list(prefix, options);
      },
    };
    async function* replaced(...asked: Parameters<ObjectStore['list']>) {
      const over = (await bench.ledger.readManifest(ID))?.etag ?? null;
      await upload(bench.store, `${RUN}-4`, FILES);
      await bench.ledger.commitManifest(manifestOf(`${RUN}-4`, { files: FILES }), over);
      await bench.store.delete([OBJECT, `objects/${ID}/${ATTEMPT}/deep/b.csv`]);
      yield* bench.store.list(...asked);
    }
    expect((await check(bench, { store: moving })).found).toEqual([]);
    expect(done).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../runner/ledger/ledger.ts';
import type { Manifest } from '../../runner/model/records.ts';
import { openMemoryStore } from '../../runner/stores/memory/store.ts';
import type { ObjectStore } from '../../runner/ports.ts';
import { keysOf, textOf } from '../contracts/object-store.ts';
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
  upload,
} from './sample.ts';
import { Crash, crashingStore } from './watched-store.ts';

const RANGE = [{ pipeline: 'short-score', task: 'prices' }];
const FILES = { 'a.csv': 'a', 'b.html': 'b' };
const published: Manifest['published'] = [
  { path: 'a.csv', to: 'a.csv', newest: false },
  { path: 'b.html', to: 'latest.html', newest: true },
];

/** One instance from claim to release, as a run does it. */
async function work(
  ledger: Ledger,
  store: ObjectStore,
  run: string,
  outcome: Manifest['outcome'],
): Promise<void> {
  const attempt = `${run}-1`;
  const claimed = await ledger.claim(ID, attempt, run);
  if (claimed.kind !== 'claimed') throw new Error(`held by ${claimed.by.run}`);
  const over = await ledger.readManifest(ID);
  await upload(store, attempt, FILES);
  await ledger.beginPublication(ID, attempt);
  const manifest = manifestOf(attempt, outcome === 'succeeded' ? { files: FILES, published } : { outcome });
  const result = await ledger.commitManifest(manifest, over?.etag ?? null);
  if (result.kind === 'lost') throw new Error('lost without a race');
  await ledger.publish(ID);
  await ledger.closeFailure(ID);
  await ledger.release(claimed.claim);
}

/** What the next run does about what it finds, by its plan alone. */
async function repair(ledger: Ledger, store: ObjectStore): Promise<'published' | 'ran' | 'nothing'> {
  const knowledge = await ledger.readKnowledge(RANGE, { contents: false });
  expect([...knowledge.claims]).toEqual([]);
  const isDone = knowledge.manifests.has(ID) && knowledge.exceptions.get(ID)?.outcome !== 'void';
  if (isDone && knowledge.publications.has(ID)) {
    await ledger.publish(ID);
    return 'published';
  }
  if (isDone) return 'nothing';
  await work(ledger, store, OTHER_RUN, 'succeeded');
  return 'ran';
}

describe.each(['before', 'after'] as const)('a run that dies just %s a step', (moment) => {
  it.each(['nothing', 'a void one', 'a skipped one'] as const)('over %s', async (beneath) => {
    const seen = new Set<string>();
    for (let step = 0; ; step += 1) {
      const store = openMemoryStore();
      const bench = await openBench(store);
      await bench.ledger.startRun(runRecord(RUN, { process: { ...PROCESS, pid: DEAD } }));
      await bench.ledger.startRun(runRecord(OTHER_RUN));
      if (beneath === 'a void one') await bench.ledger.voidManifest(ID, null, 'cleared', RUN);
      if (beneath === 'a skipped one') {
        await bench.ledger.commitManifest(manifestOf(`${RUN}-0`, { outcome: 'skipped' }), null);
      }
      await bench.ledger.recordFailure(
        failureOf(`${RUN}-0`, beneath === 'a skipped one' ? `${RUN}-0` : null),
      );

      const doomed = crashingStore(store, step, moment);
      const end = await work(await bench.open(doomed), doomed, RUN, 'succeeded').then(
        () => 'lived',
        (error: unknown) => error,
      );
      await expectWhole(store, bench.ledger);
      const fresh = await bench.open();
      const did = await repair(fresh, store);
      seen.add(did);

      // A skipped one is done: where it still stands, nobody asked for more.
      const stands = (await fresh.readManifest(ID))?.manifest.outcome === 'skipped';
      expect(stands && beneath !== 'a skipped one').toBe(false);
      expect(await endOf(store, fresh)).toEqual(stands ? STILL_SKIPPED : DONE);
      expect(await repair(fresh, store)).toBe('nothing');
      if (end === 'lived') break;
      expect(end).toBeInstanceOf(Crash);
      expect(step).toBeLessThan(30);
    }
    expect([...seen]).toContain('published');
    expect([...seen]).toContain('nothing');
  });

  it('on the way to a skipped result', async () => {
    for (let step = 0; ; step += 1) {
      const store = openMemoryStore();
      const bench = await openBench(store);
      await bench.ledger.startRun(runRecord(RUN, { process: { ...PROCESS, pid: DEAD } }));
      await bench.ledger.startRun(runRecord(OTHER_RUN));
      const doomed = crashingStore(store, step, moment);
      const end = await work(await bench.open(doomed), doomed, RUN, 'skipped').catch(
        (error: unknown) => error,
      );
      const fresh = await bench.open();
      const knowledge = await fresh.readKnowledge(RANGE, { contents: false });
      const outcome = (await fresh.readManifest(ID))?.manifest.outcome;
      // Never listed as done without being known as skipped.
      expect(knowledge.manifests.has(ID)).toBe(outcome === 'skipped');
      expect(knowledge.exceptions.get(ID)?.outcome).toBe(outcome);
      await repair(fresh, store);
      expect(await repair(fresh, store)).toBe('nothing');
      if (end === undefined) break;
      expect(end).toBeInstanceOf(Crash);
    }
  });
});

/** Whatever is visible is complete: every object that the manifest names is there. */
async function expectWhole(store: ObjectStore, ledger: Ledger): Promise<void> {
  const manifest = (await ledger.readManifest(ID))?.manifest;
  for (const { path } of manifest?.objects ?? []) {
    expect(await textOf(store, `objects/${ID}/${manifest?.attempt}/${path}`)).toBe(
      FILES[path as keyof typeof FILES],
    );
  }
  const standing = [await textOf(store, 'published/a.csv'), await textOf(store, 'published/latest.html')];
  expect([undefined, 'a']).toContain(standing[0]);
  expect([undefined, 'b']).toContain(standing[1]);
  const isMarked = (await keysOf(store, `exceptions/${ID}/`)).length > 0;
  const isPlain = manifest === undefined || manifest.outcome === 'succeeded';
  expect(isPlain || isMarked).toBe(true);
}

const DONE = { published: ['a', 'b'], exceptions: 0, failures: 0, publications: 0 };
const STILL_SKIPPED = { published: [undefined, undefined], exceptions: 1, failures: 1, publications: 0 };

async function endOf(store: ObjectStore, ledger: Ledger) {
  const { exceptions, failures, publications } = await ledger.readKnowledge(RANGE, { contents: false });
  return {
    published: [await textOf(store, 'published/a.csv'), await textOf(store, 'published/latest.html')],
    exceptions: exceptions.size,
    failures: failures.size,
    publications: publications.size,
  };
}

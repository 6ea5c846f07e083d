import { createBackfills } from '../../../runner/ledger/backfills/backfills.ts';
import { openTarget } from '../../../runner/ledger/copy/target.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { contentDigest } from '../../../runner/model/outputs/content-digest.ts';
import { keysOf, textOf } from '../../contracts/object-store.ts';
import {
  askOf,
  backfillOf,
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
} from '../sample.ts';
import { crashingStore } from '../watched-store.ts';

export const OTHER_ID = 'short-score/prices/date=2021-02-01';

/** Has a ledger write each kind of record with each of its fields. */
export async function everyKindOfRecord(): Promise<ReadonlyMap<string, string>> {
  const place = openMemoryStore();
  await openTarget({ store: place, nonce: () => 'copy' }, 'source');
  const { ledger, store, open } = await openBench(place);
  const attempt = `${RUN}-1`;
  await ledger.recordTaskKeys('short-score', 'prices', ['date']);
  const claim = { pipeline: 'short-score', run: RUN, since: '2021-01-29T22:00:00.000Z' };
  await ledger.claimPipeline({ ...claim, project: 'desk-a', adopt: false });
  await ledger.claimPipeline({ ...claim, project: 'desk-b', adopt: true });
  await ledger.recordTick({
    pipeline: 'short-score',
    at: '2021-01-29T22:00:00.000Z',
    rebuilds: [
      {
        schedule: '0'.repeat(64),
        since: '2021-01-01T00:00:00.000Z',
        served: '2021-01-23T07:00:00.000Z',
      },
    ],
  });
  await ledger.startRun(runRecord(OTHER_RUN));
  await ledger.startRun(
    runRecord(RUN, {
      process: { ...PROCESS, machineId: 'm', pidNamespace: 'pid:[1]' },
      finishedAt: '2021-01-29T23:00:00.000Z',
      outcome: 'succeeded',
      counts: { done: 1 },
      instances: [
        { id: ID, state: 'succeeded', attempt, reason: 'ran', seconds: 1.5, exitCode: 0, earlier: [TRY] },
      ],
      by: { how: 'put', who: 'anna', when: '2021-01-29T22:00:00.000Z', reason: 'it came by mail' },
    }),
  );
  await ledger.beat(RUN, undefined);
  const backfills = createBackfills(ledger, () => 'nonce');
  await backfills.start(backfillOf(RUN));
  const want = { kind: 'pool', name: 'db', weight: 1, capacity: 2 } as const;
  const taken = await ledger.takeSlots([{ ...want, weight: 2 }], ID, RUN);
  if (taken.kind === 'taken') await ledger.releaseSlots(taken.slots);
  // The same of a collection: its marks stay.
  const forgetful = { ...store, delete: async () => undefined };
  await (await open(forgetful)).gc({ graceSeconds: 0, dryRun: false });
  await ledger.claim(ID, attempt, RUN);
  // Its second step is lost: the mark stays.
  const given = await ledger.claim(OTHER_ID, attempt, RUN);
  if (given.kind === 'claimed')
    await (await open(crashingStore(store, 0, 'after'))).release(given.claim).catch(() => undefined);
  await ledger.writeLog(RUN, ID, attempt, new TextEncoder().encode('log'));
  await ledger.recordFailure(failureOf(attempt, null));
  await ledger.recordFailure(
    failureOf(attempt, `${RUN}-7`, {
      instance: 'short-score/prices/date=2021-02-01',
      fingerprint: manifestOf(attempt).fingerprint,
      inputs: [{ need: 'n', instance: 'p/n/_', attempt: `${OTHER_RUN}-1`, contentDigest: '0'.repeat(64) }],
    }),
  );
  const late = 'short-score/late/_';
  await ledger.recordWait(askOf(attempt, null, { instance: late }));
  await ledger.tellDeadline({ instance: late, over: null, at: '2021-01-30T02:00:00.000Z' });
  await ledger.recordWait(askOf(attempt, `${RUN}-7`, { instance: OTHER_ID }));
  await upload(store, attempt, { 'a.csv': 'a' });
  await ledger.beginPublication(ID, attempt);
  await ledger.voidManifest(ID, null, 'cleared', RUN);
  await ledger.commitManifest(manifestOf(`${RUN}-0`), (await ledger.readManifest(ID))?.etag ?? null);
  const full = manifestOf(attempt, {
    period: { start: '2021-01-29T00:00:00-05:00', end: '2021-01-30T00:00:00-05:00' },
    files: { 'a.csv': 'a' },
    programs: ['a.csv'],
    partition: [
      { name: 'date', value: '2021-01-29' },
      { name: 'x', value: '%~0', hashed: true },
    ],
    inputs: [{ need: 'n', instance: 'p/n/_', attempt: `${OTHER_RUN}-1`, contentDigest: '0'.repeat(64) }],
    omitted: [{ need: 'n', instance: 'p/n/_' }],
    published: [{ path: 'a.csv', to: 'a.csv', newest: true }],
    values: { rows: '1' },
    exitCode: 0,
    imageDigest: 'sha256:0',
    engine: 'docker',
    by: { how: 'put', who: 'anna', when: '2021-01-29T22:00:00.000Z', reason: 'it came by mail' },
  });
  await ledger.commitManifest(full, (await ledger.readManifest(ID))?.etag ?? null);
  const gone = 'short-score/gone/_';
  await upload(store, attempt, { 'a.csv': 'a' }, gone);
  const published = [{ path: 'a.csv', to: 'a.csv', newest: false }];
  await ledger.commitManifest(
    manifestOf(attempt, { instance: gone, files: { 'a.csv': 'a' }, published }),
    null,
  );
  // One that never came to be: the manifest is refreshed before its record goes.
  await ledger.beginPublication(gone, `${RUN}-9`);
  await ledger.publish(gone);
  await ledger.publish(ID, undefined, (instance) => instance === gone);
  await ledger.beginPublication(ID, `${OTHER_RUN}-1`);
  await ledger.voidManifest('short-score/prices/date=2021-02-01', null, 'cleared', RUN);
  await ledger.commitManifest(
    manifestOf(attempt, {
      instance: 'short-score/feed/_',
      external: EXTERNAL,
      contentDigest: contentDigest(EXTERNAL.objects, {}, sha256),
    }),
    null,
  );
  const records = new Map<string, string>();
  for (const key of await keysOf(store, '')) records.set(key, (await textOf(store, key)) ?? '');
  return records;
}

const TRY = { attempt: `${RUN}-7`, reason: 'timeout', seconds: 60, exitCode: 137 };

const EXTERNAL = {
  uri: 's3://vendor/day',
  etag: 'e',
  modifiedAt: '2021-01-29T22:00:00.000Z',
  objects: [
    {
      path: 'feed.csv',
      bytes: 1,
      sha256: '0'.repeat(64),
      executable: true,
      etag: 'e',
      modifiedAt: '2021-01-29T22:00:00.000Z',
    },
  ],
} as const;

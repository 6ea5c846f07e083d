import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { usageByTask } from '../../../runner/ledger/gc/usage.ts';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';
import { encode } from '../../contracts/object-store.ts';
import { ID, manifestOf, openBench, RUN, runRecord, upload } from '../sample.ts';

const FILES = { 'a.csv': 'alpha', 'b.csv': 'be' };

it('tells by task what is committed, superseded, logged and published', async () => {
  const { ledger, store, now } = await openBench();
  await ledger.startRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
  const published = [{ path: 'a.csv', to: 'latest.csv', newest: false }];
  for (const attempt of [`${RUN}-1`, `${RUN}-2`]) {
    await upload(store, attempt, FILES);
    const over = (await ledger.readManifest(ID))?.etag ?? null;
    await ledger.commitManifest(manifestOf(attempt, { files: FILES, published }), over);
    await ledger.writeLog(RUN, ID, attempt, encode('log'));
  }
  await ledger.publish(ID);
  const other = 'short-score/prices-2/_';
  await upload(store, `${RUN}-3`, { 'c.csv': 'x' }, other);

  const usages = await usageByTask(ledger, '', now());
  expect(Object.fromEntries(usages)).toEqual({
    'short-score/prices': {
      committed: { objects: 2, bytes: 7 },
      superseded: { objects: 2, bytes: 7 },
      logs: { objects: 2, bytes: 6 },
      published: { objects: 1, bytes: 5 },
    },
    'short-score/prices-2': {
      committed: { objects: 0, bytes: 0 },
      superseded: { objects: 1, bytes: 1 },
      logs: { objects: 0, bytes: 0 },
      published: { objects: 0, bytes: 0 },
    },
  });
  expect([...(await usageByTask(ledger, 'short-score/prices', now())).keys()]).toEqual([
    'short-score/prices',
  ]);
  expect([...(await usageByTask(ledger, 'short-score', now())).keys()]).toHaveLength(2);
  expect((await usageByTask(ledger, 'short', now())).size).toBe(0);
});

it('counts the logs of a folder, whose listing tells no size of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-usage-'));
  try {
    const { ledger, now } = await openBench(createDirectoryStore(folder));
    await ledger.startRun(runRecord(RUN));
    await ledger.writeLog(RUN, ID, `${RUN}-1`, encode('four'));
    const usage = (await usageByTask(ledger, '', now())).get('short-score/prices');
    expect(usage?.logs).toEqual({ objects: 1, bytes: 4 });
  } finally {
    await rm(folder, { recursive: true });
  }
});

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkStore } from '../../../runner/ledger/check/check.ts';
import { copyStore } from '../../../runner/ledger/copy/copy.ts';
import { contentDigest } from '../../../runner/model/outputs/content-digest.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';
import { encode, keysOf } from '../../contracts/object-store.ts';
import { createBucket, openBucket, useCredentials } from '../../parts/s3.ts';
import { startVersitygw, type Versitygw } from '../../parts/versitygw.ts';
import { ID, manifestOf, openBench, RUN, runRecord, sha256, type Bench } from '../sample.ts';

/** More than one part of an upload. */
const LARGE = Buffer.alloc(18 * 1024 * 1024, 'a line of a large file\n');
const INSTANCES = 40;

let server: Versitygw;
let folder = '';
beforeAll(async () => {
  server = await startVersitygw();
  useCredentials(server);
  folder = await mkdtemp(join(tmpdir(), 'sluice-copy-'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it('brings a store from a folder to a bucket and back, sound in both, and finds damage in a bucket', async () => {
  const source = await openBench(createDirectoryStore(join(folder, 'source')));
  await fill(source);
  const name = await createBucket(server);
  const bucket = await openBucket(server, `s3://${name}/some/prefix`);
  const back = createDirectoryStore(join(folder, 'back'));

  expect(await copy(source, bucket)).toMatchObject({ instances: INSTANCES, problems: [], conflicts: [] });
  const there = await openBench(bucket);
  expect(await damageIn(there)).toEqual([]);
  expect(await copy(source, bucket)).toMatchObject({ instances: 0, objects: 0, records: 0, published: 0 });

  expect(await copy(there, back)).toMatchObject({ instances: INSTANCES, problems: [], conflicts: [] });
  expect(await damageIn(await openBench(back))).toEqual([]);
  expect(await keysOf(back, '')).toEqual(await keysOf(source.store, ''));

  const objects = `objects/${ID}/${RUN}-1/`;
  await bucket.delete([`${objects}large.txt`]);
  await bucket.put(`${objects}n.txt`, encode('m'));
  expect([...(await damageIn(there))].sort()).toEqual([
    `object-differs ${objects}n.txt`,
    `object-gone ${objects}large.txt`,
  ]);

  // Below the server, whose own checksum then tells.
  const file = (key: string) => join(server.folder, name, 'some/prefix', key);
  const rotten = `objects/short-score/prices/date=2021-02-01/venue=v%201/${RUN}-2/n.txt`;
  writeFileSync(file(rotten), 'm');
  writeFileSync(file('published/n/2.txt'), 'm');
  expect(await damageIn(there)).toEqual(
    expect.arrayContaining([`object-differs ${rotten}`, 'published-differs published/n/2.txt']),
  );
  await there.ledger.publish('short-score/prices/date=2021-02-01/venue=v%202');
  expect((await damageIn(there)).filter((line) => line.startsWith('published'))).toEqual([]);
  const { problems } = await copy(there, createDirectoryStore(join(folder, 'rotten')));
  expect(problems.join('\n')).toContain(rotten.replace(/^objects\/|\/[^/]*\/n.txt$/g, ''));
});

async function fill({ ledger, store }: Bench): Promise<void> {
  await ledger.startRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
  for (let at = 0; at < INSTANCES; at += 1) {
    const instance = at === 0 ? ID : `short-score/prices/date=2021-02-01/venue=v%20${at}`;
    const attempt = `${RUN}-${at + 1}`;
    const files = { 'n.txt': Buffer.from('n'), ...(at === 0 ? { 'large.txt': LARGE } : {}) };
    const objects = Object.entries(files).map(([path, bytes]) => ({
      path,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }));
    for (const [path, bytes] of Object.entries(files)) {
      await store.put(`objects/${instance}/${attempt}/${path}`, bytes);
    }
    const published = [{ path: 'n.txt', to: `n/${at}.txt`, newest: false }];
    const digest = contentDigest(objects, {}, sha256);
    await ledger.commitManifest(
      manifestOf(attempt, { instance, objects, contentDigest: digest, published }),
      null,
    );
    await ledger.publish(instance);
    await ledger.writeLog(RUN, instance, attempt, encode('log'));
  }
}

function copy(from: Bench, to: ObjectStore) {
  return copyStore(
    from.ledger,
    {
      store: to,
      clock: { now: from.now, sleep: async () => {} },
      nonce: () => 'copy',
      openLedger: () => from.open(to),
    },
    { dryRun: false, force: false },
  );
}

async function damageIn({ ledger }: Bench): Promise<readonly string[]> {
  const damage: string[] = [];
  await checkStore(ledger, {
    deep: true,
    onFinding: (finding) => {
      if (finding.damage) damage.push(`${finding.kind} ${finding.key}`);
    },
  });
  return damage;
}

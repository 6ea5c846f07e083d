import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureNodeImage } from '../../templates/demo/image.mjs';
import {
  answerFlipped,
  answeredLate,
  bodyFlipped,
  cutOff,
  cutShort,
  refused,
  resetAfter,
  resetBefore,
  resetMidway,
  wrongEtag,
  type Fault,
} from '../parts/s3-proxy/faults.ts';
import type { S3Operation } from '../parts/s3-proxy/request.ts';
import type { S3Proxy } from '../parts/s3-proxy/s3-proxy.ts';
import { dataFolder, templates } from '../templates/data.ts';
import { startBucket, type Bucket } from './bucket.ts';
import { mustEndWith, sluiceJson, type RunDocument } from './cli.ts';
import { startPublishers, type Publishers } from './publishers.ts';
import { createRandom } from './random.ts';
import { readExpected, readVisible, type Expected } from './visible.ts';

const DAYS = '2020-12-01..2020-12-03';
const HOUR = 3600;

const seed = Number(process.env['SLUICE_TEST_SEED'] ?? Date.now() % 1_000_000);
const random = createRandom(seed);

let publishers: Publishers;
let bucket: Bucket;
let project = '';
let expected: Expected;

beforeAll(async () => {
  console.log(`seed ${seed} (SLUICE_TEST_SEED repeats the faults)`);
  [publishers, bucket] = await Promise.all([startPublishers(dataFolder), startBucket()]);
  project = await layOutProject();
  const undisturbed = join(project, '.sluice/undisturbed');
  mustEndWith(0, await run(undisturbed));
  expected = readExpected(undisturbed);
});
afterAll(async () => {
  await publishers[Symbol.asyncDispose]();
  await bucket[Symbol.asyncDispose]();
  await rm(project, { recursive: true, force: true });
});

/** What passes by itself, and hits so much of everything. */
const PASSING: readonly Fault[] = [
  refused(503, 'ServiceUnavailable'),
  refused(503, 'SlowDown'),
  refused(500, 'InternalError'),
  resetBefore,
  resetMidway,
  resetAfter,
  answeredLate(1500),
  cutOff,
];
/** What has to be noticed. Of a listing nobody could: S3 has no checksum of one. */
const DAMAGING: readonly Fault[] = [cutShort, answerFlipped, bodyFlipped, wrongEtag];

it(
  'comes right over a store that breaks a tenth of all requests, its clock an hour off',
  { timeout: 300_000 },
  async () => {
    await using proxy = await bucket.startProxy();
    proxy.setClock(HOUR);
    breakSome(proxy, PASSING, 0.1);
    mustEndWith(0, await run(bucket.store('passing', proxy)));
    console.log(`${proxy.hits()} of ${proxy.requests.length} requests were hit`);
    expect(proxy.hits()).toBeGreaterThan(proxy.requests.length / 20);
    expectUndisturbed('passing');
    expect(await bucket.check('passing')).toEqual([]);
  },
);

it(
  'over damaged answers too it is right, or says what is wrong and comes right later',
  { timeout: 300_000 },
  async () => {
    await using proxy = await bucket.startProxy();
    breakSome(proxy, DAMAGING, 0.08, ['GetObject', 'PutObject', 'UploadPart', 'CopyObject']);
    breakSome(proxy, PASSING, 0.05);
    const disturbed = await run(bucket.store('damaging', proxy));
    console.log(
      `${proxy.hits()} of ${proxy.requests.length} requests were hit: ${JSON.stringify(disturbed.document.counts ?? disturbed.document.problems)}`,
    );
    expect([0, 1, 4]).toContain(disturbed.status);
    // Of what failed it says where.
    expect(
      reasonsOf(disturbed.document).filter((reason) => !/bucket|objects\/|manifests\//.test(reason)),
    ).toEqual([]);
    // What it calls done is so; the newest file may be an older one yet.
    const { violations } = readVisible(bucket.root('damaging'), expected);
    expect(violations.filter((violation) => !violation.includes('latest'))).toEqual([]);
    mustEndWith(0, await run(bucket.store('damaging')));
    expectUndisturbed('damaging');
    expect(await bucket.collect('damaging')).toEqual([]);
    expect(await bucket.check('damaging')).toEqual([]);
  },
);

/** Where nothing ran, as the plan itself met the damage, there are only problems. */
function reasonsOf({ instances = [], problems = [] }: Partial<RunDocument>): readonly string[] {
  const failed = instances.filter(({ state }) => state === 'failed').map(({ reason }) => reason);
  return [...failed, ...problems.map(({ message }) => message)];
}

function expectUndisturbed(prefix: string): void {
  const root = bucket.root(prefix);
  expect(readExpected(root)).toEqual(expected);
  expect(readVisible(root, expected).violations).toEqual([]);
}

/** Requests at random, in an order that the seed decides. */
function breakSome(
  proxy: S3Proxy,
  faults: readonly Fault[],
  part: number,
  operation?: readonly S3Operation[],
): void {
  proxy.add({
    ...(operation === undefined ? {} : { operation }),
    chance: () => random() < part,
    fault: (exchange) => pick(faults)(exchange),
  });
}

function pick(faults: readonly Fault[]): Fault {
  return faults[Math.floor(random() * faults.length)] ?? resetBefore;
}

function run(store: string) {
  return sluiceJson(
    project,
    ['run', 'short-score', '--date', DAYS, ...publishers.flags, '--store', store],
    bucket.env,
  );
}

/** A copy, as a user would have it; only the base image is this machine's. */
async function layOutProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-flagship-'));
  await cp(join(templates, 'short-score'), folder, { recursive: true });
  const image = await ensureNodeImage({ say: () => undefined });
  const dockerfile = join(folder, 'image/Dockerfile');
  const text = await readFile(dockerfile, 'utf8');
  await writeFile(dockerfile, text.replace(/^ARG BASE=.*$/m, `ARG BASE=${image}`));
  return folder;
}

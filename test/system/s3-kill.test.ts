import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import type { Rule } from '../parts/s3-proxy/s3-proxy.ts';
import { startBucket, type Bucket } from './bucket.ts';
import { mustEndWith, sluice, startSluice } from './cli.ts';
import { containersOf, removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { filesBelow, heldClaims, recordKeys } from './store-files.ts';
import { readExpected, readVisible, type Expected } from './visible.ts';

const PIPELINE = `
name: killed
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  raw:
    secrets: [MOOD] # no part of what it is
    run: |
      test "$MOOD" = cheerful
      echo a line > /outputs/a.txt
      yes another | head -c 9000000 > /outputs/b.txt
    outputs: [a.txt, { path: b.txt, publish: b.txt }]
  copied:
    needs: [raw]
    run: cp /inputs/raw/a.txt /outputs/c.txt
    outputs: [{ path: c.txt, publish: c.txt }]
`;
const RUN = ['run', 'killed'];
const MOOD = 'cheerful';

type Step = Omit<Rule, 'fault'>;

/** The requests that an attempt consists of, in their order. */
const STEPS: Readonly<Record<string, Step>> = {
  'the store gets its id': { operation: 'PutObject', key: /\/store\.json$/ },
  'the run is recorded': { operation: 'PutObject', key: /\/runs\/[^/]+\/run\.json$/ },
  'first heartbeat': { operation: 'PutObject', key: /\/runs\/[^/]+\/heartbeat\.json$/ },
  claim: { operation: 'PutObject', key: /\/claims\/killed\/raw\// },
  look: { operation: 'GetObject', key: /\/manifests\/killed\/raw\// },
  'upload of a file': { operation: 'PutObject', key: /\/objects\/.*\/a\.txt$/ },
  'upload of a part': { operation: 'UploadPart', key: /\/objects\/.*\/b\.txt$/ },
  'upload of all parts': { operation: 'CompleteMultipartUpload', key: /\/objects\/.*\/b\.txt$/ },
  log: { operation: 'PutObject', key: /\/runs\/.*\/logs\/killed\/raw\// },
  'pending publication': { operation: 'PutObject', key: /\/publications\/killed\/raw\// },
  manifest: { operation: 'PutObject', key: /\/manifests\/killed\/raw\// },
  'owner of a published path': { operation: 'PutObject', key: /\/publications\/_paths\// },
  'published file': {
    operation: ['PutObject', 'CompleteMultipartUpload', 'CopyObject'],
    key: /\/published\/b\.txt$/,
  },
  'end of the publication': { operation: 'DeleteObject', key: /\/publications\/killed\/raw\// },
  'look for the failure': { operation: 'GetObject', key: /\/failures\/killed\/raw\// },
  'release of the claim': { operation: 'PutObject', key: /\/claims\/killed\/raw\//, nth: 2 },
  'end of the claim': { operation: 'DeleteObject', key: /\/claims\/killed\/raw\// },
  'inputs of the next': { operation: 'GetObject', key: /\/objects\/.*\/a\.txt$/ },
  'manifest of the next': { operation: 'PutObject', key: /\/manifests\/killed\/copied\// },
  'end of the run': { operation: 'PutObject', key: /\/runs\/[^/]+\/run\.json$/, nth: 2 },
};

let docker: Dockerode;
let project: TemporaryProject;
let bucket: Bucket;
let expected: Expected;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
  bucket = await startBucket();
  project = await layOut({ 'pipelines/killed.yaml': PIPELINE });
  const undisturbed = project.path('undisturbed');
  mustEndWith(0, await sluice(project.folder, [...RUN, '--store', undisturbed], { MOOD }));
  expected = readExpected(undisturbed);
});

afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await bucket[Symbol.asyncDispose]();
});

it.concurrent.each(Object.entries(STEPS))(
  'killed at: %s, before and after it took effect, the next run ends right',
  async (name, step) => {
    for (const when of ['arrived', 'done'] as const) {
      const prefix = `${name.replaceAll(' ', '-')}-${when}`;
      expect(await killAt(prefix, step, when, MOOD)).toEqual([]);
      await expectNextRight(prefix);
    }
  },
);

it.concurrent('killed while its failure is recorded, the next run ends right', async () => {
  const step: Step = { operation: 'PutObject', key: /\/failures\/killed\/raw\// };
  for (const when of ['arrived', 'done'] as const) {
    const prefix = `failure-${when}`;
    expect(await killAt(prefix, step, when, 'gloomy')).toEqual([]);
    expect(recordKeys(bucket.root(prefix), 'failures/')).toHaveLength(when === 'done' ? 1 : 0);
    await expectNextRight(prefix);
  }
});

/** It dies with exactly this request on its way, or done without its knowing. Returns what looks wrong then. */
async function killAt(
  prefix: string,
  step: Step,
  when: 'arrived' | 'done',
  mood: string,
): Promise<readonly string[]> {
  await using proxy = await bucket.startProxy();
  const hold = proxy.hold(when, step);
  const started = await startSluice(project.folder, [...RUN, '--store', bucket.store(prefix, proxy)], {
    ...bucket.env,
    MOOD: mood,
    // Of its own: what an earlier one has fetched is not fetched again.
    XDG_CACHE_HOME: project.path(`cache-${prefix}`),
  });
  const early = await Promise.race([hold.caught.then(() => undefined), started.ended]);
  if (early !== undefined) throw new Error(`it ended before that: ${early.stderr}`);
  started.kill('SIGKILL');
  await started.ended;
  hold.drop();
  return readVisible(bucket.root(prefix), expected).violations;
}

/** Everything as if nothing had happened, and nothing else. */
async function expectNextRight(prefix: string): Promise<void> {
  const root = bucket.root(prefix);
  const run = [...RUN, '--store', bucket.store(prefix)];
  try {
    mustEndWith(0, await sluice(project.folder, run, { ...bucket.env, MOOD }));
    expect(await containersOf(docker, root)).toEqual([]);
    expect([...(await bucket.collect(prefix)), ...(await bucket.check(prefix))]).toEqual([]);
  } finally {
    await removeContainers(docker, root);
  }
  expect(readExpected(root)).toEqual(expected);
  expect(readVisible(root, expected).violations).toEqual([]);
  expect(filesBelow(join(root, 'objects'))).toHaveLength(Object.keys(expected.objects).length);
  expect(heldClaims(root)).toEqual([]);
  expect(recordKeys(root, 'failures/')).toEqual([]);
  expect(recordKeys(root, 'publications/killed/')).toEqual([]);
}

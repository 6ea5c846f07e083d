import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import type { Rule } from '../parts/s3-proxy/s3-proxy.ts';
import { startBucket, type Bucket } from './bucket.ts';
import { documentOf, mustEndWith, startSluice, type StartedSluice } from './cli.ts';
import { containersOf, removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { filesBelow, readRecord } from './store-files.ts';
import { until } from './until.ts';

const PIPELINE = `
name: fenced
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  made:
    run: |
      cat /proc/sys/kernel/random/uuid > /outputs/a.txt
      yes "$(cat /outputs/a.txt)" | head -c 9000000 > /outputs/b.txt
    outputs: [a.txt, b.txt]
  slow:
    secrets: [NAP]
    run: sleep "$NAP"; echo done > /outputs/a.txt
    outputs: [a.txt]
  other:
    secrets: [NAP]
    run: sleep "$NAP"; echo done > /outputs/a.txt
    outputs: [a.txt]
`;

let docker: Dockerode;
let project: TemporaryProject;
let bucket: Bucket;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
  bucket = await startBucket();
  project = await layOut({ 'pipelines/fenced.yaml': PIPELINE });
});
afterAll(async () => {
  for (const prefix of ['upload', 'commit', 'dead']) await removeContainers(docker, bucket.root(prefix));
  await project[Symbol.asyncDispose]();
  await bucket[Symbol.asyncDispose]();
});

describe.concurrent('over heartbeats of the real pace', () => {
  it.each<readonly [string, string, Omit<Rule, 'fault'>, string]>([
    [
      'in the middle of an upload',
      'upload',
      { operation: 'UploadPart', key: /\/b\.txt$/ },
      'was not heard of for',
    ],
    ['with its commit on the way', 'commit', { operation: 'PutObject', key: /\/manifests\// }, '"done": 1'],
  ])(
    'a run that is stopped %s does not win over the one that took its place',
    { timeout: 200_000 },
    async (_where, prefix, step, words) => {
      const root = bucket.root(prefix);
      const id = 'fenced/made/_';
      await using proxy = await bucket.startProxy();
      const hold = proxy.hold('arrived', step);
      const stopped = await start(['made'], bucket.store(prefix, proxy));
      await hold.caught;
      stopped.kill('SIGSTOP');
      const lost = readRecord(root, `claims/${id}.json`);

      const other = await (await start(['made'], bucket.store(prefix))).ended;
      mustEndWith(0, other);
      const winner = documentOf(other).instances[0];
      expect(winner).toMatchObject({ id, state: 'succeeded' });
      const manifest = readRecord(root, `manifests/${id}.json`);
      expect(manifest?.attempt).toBe(winner?.attempt);

      // What it had sent arrives now, and it wakes up.
      hold.release();
      stopped.kill('SIGCONT');
      const late = await stopped.ended;
      expect(late.status).toBe(4);
      expect(late.stderr).toMatch(
        /Stopped: this run was not heard of for .*; others may have taken over its work: run again/,
      );
      expect(`${late.stdout}${late.stderr}`).toContain(words);
      expect(documentOf(late).counts).not.toHaveProperty('succeeded');
      expect(readRecord(root, `manifests/${id}.json`)).toEqual(manifest);

      expect(await bucket.collect(prefix)).toEqual([]);
      expect(await bucket.check(prefix)).toEqual([]);
      expect(filesBelow(join(root, 'objects', id, lost?.attempt ?? ''))).toEqual([]);
      expect(filesBelow(join(root, 'objects', id))).toHaveLength(2);
      expect(readRecord(root, `manifests/${id}.json`)?.attempt).toBe(winner?.attempt);
      // A third finds all of it done, and no container that nobody knows of any more.
      mustEndWith(0, await (await start(['made'], bucket.store(prefix))).ended);
      expect(await containersOf(docker, root)).toEqual([]);
    },
  );

  it(
    'a run that died on another machine is taken over when its heartbeat is too old, and at once by one that comes later',
    { timeout: 200_000 },
    async () => {
      const store = bucket.store('dead');
      const root = bucket.root('dead');
      const holderOf = (task: string) => readRecord(root, `claims/fenced/${task}/_.json`)?.run;
      const dying = await start(['slow', 'other'], store, { napSeconds: 300, elsewhere: true });
      await until('it holds both', () => holderOf('slow') !== undefined && holderOf('other') !== undefined);
      const dead = holderOf('slow');
      dying.kill('SIGKILL');
      await dying.ended;

      const waiting = await start(['slow'], store);
      await until('it is taken over', () => holderOf('slow') !== dead, 150);
      const late = await waiting.ended;
      mustEndWith(0, late);
      expect(late.stderr).toContain(`run ${dead} has it in hand`);

      expect(holderOf('other')).toBe(dead);
      const later = await (await start(['other'], store)).ended;
      mustEndWith(0, later);
      // It has waited for nobody.
      expect(later.stderr).not.toContain(`run ${dead} has it in hand`);
      expect(await bucket.check('dead')).toEqual([]);
      expect(await containersOf(docker, root)).toEqual([]);
    },
  );
});

function start(
  tasks: readonly string[],
  store: string,
  { napSeconds = 0.1, elsewhere = false } = {},
): Promise<StartedSluice> {
  const env = { ...bucket.env, NAP: String(napSeconds) };
  return startSluice(project.folder, ['run', 'fenced', ...tasks, '--store', store, '--json'], env, {
    elsewhere,
  });
}

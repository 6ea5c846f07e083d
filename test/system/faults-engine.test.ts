import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { documentOf, mustEndWith, problemsOf, sluice, sluiceJson, startSluice } from './cli.ts';
import { startEngineProxy, type EngineProxy } from './engine-proxy.ts';
import { containersOf, removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { filesBelow, readRecord, recordKeys } from './store-files.ts';
import { until } from './until.ts';

let docker: Dockerode;
let host = '';
let project: TemporaryProject;
let store = '';
let proxy: EngineProxy;

beforeAll(async () => {
  ({ docker, host } = await dockerPart());
  await busyboxImage(docker);
});

beforeEach(async () => {
  project = await layOut({
    'pipelines/chain.yaml': `
name: chain
defaults:
  image: '${BUSYBOX_IMAGE}'
  pull: never
  network: none
  retry: { max-attempts: 2, backoff-seconds: 1, jitter: false }
tasks:
  quick: { run: echo 1 > /outputs/one.txt, outputs: [one.txt] }
  slow:
    needs: [quick]
    secrets: [NAP] # no part of what it is
    run: sleep "$NAP"; echo 2 > /outputs/two.txt
    outputs: [{ path: two.txt, publish: two.txt }]
  after:
    needs: [slow]
    run: cat /inputs/slow/two.txt > /outputs/three.txt
    outputs: [three.txt]
`,
  });
  store = project.path('.sluice/store');
  proxy = await startEngineProxy(project.path('engine.sock'), host);
});

afterEach(async () => {
  await removeContainers(docker, store);
  await proxy[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
});

it('away at the start: ends with 4, says where it looked and how to start it, and runs nothing', async () => {
  await proxy.cut();
  const result = await sluice(project.folder, ['run', 'chain', '--engine', proxy.host, '--json'], {
    NAP: '0.001',
  });
  expect(result.status).toBe(4);
  const problems = problemsOf(result);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ code: 'engine-unreachable' });
  expect(problems[0]?.message).toContain(`no container engine answers at ${proxy.host}`);
  expect(problems[0]?.fix).toContain('--engine unix:///');
  expect(recordKeys(store, 'runs/')).toEqual([]);

  const text = await sluice(project.folder, ['run', 'chain', '--engine', proxy.host], { NAP: '0.001' });
  expect(text.status).toBe(4);
  expect(text.stderr).toContain('--engine unix:///');
});

it('away in the middle: what runs fails as "engine lost", nothing of it counts, the next run completes', async () => {
  const started = await startSluice(project.folder, ['run', 'chain', '--engine', proxy.host, '--json'], {
    NAP: '60.01',
  });
  await until('slow runs', () => isRunning('chain/slow/_'));
  await proxy.cut();
  const result = await started.ended;
  mustEndWith(4, result);
  const document = documentOf(result);
  expect(document.instances).toMatchObject([
    { id: 'chain/quick/_', state: 'succeeded' },
    { id: 'chain/slow/_', state: 'failed', cause: 'engine-lost' },
    {
      id: 'chain/after/_',
      state: 'blocked',
      reason: expect.stringContaining('the engine is out of reach') as unknown,
    },
  ]);
  expect(document.instances[1]?.reason).toContain('the engine went away');
  expect(recordKeys(store, 'manifests/')).toEqual(['manifests/chain/quick/_.json']);
  expect(recordKeys(store, 'claims/')).toEqual([]);
  expect(filesBelow(`${store}/published`)).toEqual([]);
  expect(readRecord(store, 'failures/chain/slow/_.json')).toMatchObject({
    cause: { kind: 'engine-lost', transient: true },
  });
  // The engine was never down: its container still runs, and belongs to a run that is over.
  expect(await isRunning('chain/slow/_')).toBe(true);

  await proxy.mend();
  const next = await sluiceJson(project.folder, ['run', 'chain', '--engine', proxy.host], { NAP: '0.001' });
  mustEndWith(0, next);
  expect(next.document.counts).toEqual({ done: 1, succeeded: 2 });
  expect(await containersOf(docker, store)).toEqual([]);
});

it('gone for a moment: what ran is tried again, and the run succeeds', async () => {
  const started = await startSluice(project.folder, ['run', 'chain', '--engine', proxy.host, '--json'], {
    NAP: '3.001',
  });
  await until('slow runs', () => isRunning('chain/slow/_'));
  await proxy.cut();
  // Long enough that what ran cannot be removed at once, and less than the wait for the next try.
  await sleep(400);
  await proxy.mend();
  const result = await started.ended;
  mustEndWith(0, result);
  expect(documentOf(result).counts).toEqual({ succeeded: 3 });
  expect(result.stderr).toContain('the engine went away');
  expect(await containersOf(docker, store)).toEqual([]);
});

async function isRunning(instance: string): Promise<boolean> {
  const found = await containersOf(docker, store);
  return found.some(({ Labels, State }) => Labels['sluice.instance'] === instance && State === 'running');
}

import type Dockerode from 'dockerode';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { documentOf, mustEndWith, sluiceJson, startSluice } from './cli.ts';
import { containersOf, removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { namesIn, readRecord, recordKeys } from './store-files.ts';
import { until } from './until.ts';

let docker: Dockerode;
let project: TemporaryProject;
let store = '';

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
});

beforeEach(async () => {
  project = await layOut({
    'pipelines/long.yaml': `
name: long
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  polite: &task
    secrets: [NAP] # no part of what it is
    run: echo begun; sleep "$NAP"; echo 1 > /outputs/x.txt
    outputs: [x.txt]
  stubborn:
    <<: *task
    run: trap '' TERM; sleep "$NAP" & wait; echo 1 > /outputs/x.txt
  later: { needs: [polite, stubborn], run: 'true' }
`,
  });
  store = project.path('.sluice/store');
});

afterEach(async () => {
  await removeContainers(docker, store);
  await project[Symbol.asyncDispose]();
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
  '%s once: what runs is stopped and recorded, nothing is left, and the next run completes',
  async (signal) => {
    const started = await startSluice(project.folder, ['run', 'long', '--json'], { NAP: '1000.01' });
    await until('both run', async () => (await runningTasks()) === 2);
    started.kill(signal);
    // Long before its nap is over, or the test would end without it.
    const result = await started.ended;
    mustEndWith(130, result);
    const document = documentOf(result);
    expect(document).toMatchObject({ outcome: 'cancelled', counts: { cancelled: 3 } });
    expect(result.stderr).toContain(signal);

    expect(await containersOf(docker, store)).toEqual([]);
    expect(readRecord(store, `runs/${document.run}/run.json`)).toMatchObject({
      outcome: 'cancelled',
      finishedAt: expect.any(String) as unknown,
    });
    expect(recordKeys(store, 'claims/')).toEqual([]);
    expect(recordKeys(store, 'manifests/')).toEqual([]);
    // Stopped is not failed.
    expect(recordKeys(store, 'failures/')).toEqual([]);
    expect(namesIn(`${store}/tmp`)).toEqual([]);

    const next = await sluiceJson(project.folder, ['run', 'long'], { NAP: '0.001' });
    mustEndWith(0, next);
    expect(next.document.counts).toEqual({ succeeded: 3 });
  },
);

it('a second signal ends it at once; the next run removes what that left, and completes', async () => {
  const started = await startSluice(project.folder, ['run', 'long', '--json'], { NAP: '100.01' });
  await until('both run', async () => (await runningTasks()) === 2);
  started.kill('SIGINT');
  await until('it stops the polite one', async () => (await runningTasks()) < 2);
  started.kill('SIGINT');
  const result = await started.ended;
  mustEndWith(130, result);
  expect(result.stderr).toMatch(/SIGINT again: ending at once/);
  expect(documentOf(result).outcome).toBe('cancelled');
  expect(recordKeys(store, 'manifests/')).toEqual([]);

  const next = await sluiceJson(project.folder, ['run', 'long'], { NAP: '0.001' });
  mustEndWith(0, next);
  expect(next.document.counts).toEqual({ succeeded: 3 });
  expect(await containersOf(docker, store)).toEqual([]);
});

async function runningTasks(): Promise<number> {
  const found = await containersOf(docker, store);
  return found.filter(({ Labels, State }) => Labels['sluice.kind'] === 'task' && State === 'running').length;
}

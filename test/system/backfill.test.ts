import { afterAll, beforeAll, expect, it } from 'vitest';
import type Dockerode from 'dockerode';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { documentOf, mustEndWith, sluice, startSluice } from './cli.ts';
import { containersOf } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { readRecord, recordKeys } from './store-files.ts';
import { until } from './until.ts';

const PIPELINE = `
name: history
params:
  date: { type: date, start: 2021-01-01 }
  nap: { type: string, default: '0.2' }
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  fetch: { params: [date, nap], run: 'sleep $SLUICE_PARAM_NAP; echo $SLUICE_PARAM_DATE > /outputs/a.txt', outputs: [a.txt] }
  score: { params: [date], needs: [fetch], run: 'cat /inputs/fetch/a.txt > /outputs/b.txt', outputs: [b.txt] }
`;

let docker: Dockerode;
let project: TemporaryProject;
beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
  project = await layOut({ 'pipelines/history.yaml': PIPELINE, 'sluice.yaml': 'store: store\n' });
});
afterAll(() => project[Symbol.asyncDispose]());

/** By instance, the attempt that is committed. */
function committed(): ReadonlyMap<string, string> {
  const root = project.path('store');
  return new Map(
    recordKeys(root, 'manifests/').map((key) => {
      const { instance = '', attempt = '' } = readRecord(root, key) ?? {};
      return [instance, attempt];
    }),
  );
}

async function newest(): Promise<{ readonly backfill: string; readonly state: string }> {
  const { stdout } = await sluice(project.folder, ['backfill', 'list', '--json']);
  const { backfills } = JSON.parse(stdout) as { backfills: { backfill: string; state: string }[] };
  const [first] = backfills;
  if (first === undefined) throw new Error('Expected a backfill');
  return first;
}

it('killed in the middle, it goes on with nothing made twice', async () => {
  const range = ['--from', '2021-01-01', '--to', '2021-01-08'];
  const killed = await startSluice(project.folder, ['backfill', 'history', ...range, '--concurrency', '2']);
  await until('some of it is made', () => committed().size >= 4, 90);
  killed.kill('SIGKILL');
  await killed.ended;
  const before = committed();
  expect(before.size).toBeLessThan(16);
  const { backfill, state } = await newest();
  expect(state).toBe('died');

  const resumed = await sluice(project.folder, ['backfill', 'resume', backfill, '--json']);
  mustEndWith(0, resumed);
  const document = documentOf(resumed);
  expect(document).toMatchObject({ backfill, outcome: 'succeeded' });
  expect(document.counts).toEqual({ succeeded: 16 - before.size, done: before.size });
  const after = committed();
  expect(after.size).toBe(16);
  for (const [instance, attempt] of before) expect(after.get(instance)).toBe(attempt);
  expect(await newest()).toMatchObject({ backfill, state: 'succeeded' });
});

it('cancelled by another process, it stops its containers long before they would end', async () => {
  const range = ['--from', '2021-02-01', '--to', '2021-02-08', '--nap', '600'];
  const running = await startSluice(project.folder, ['backfill', 'history', ...range, '--concurrency', '2']);
  await until(
    'its containers run',
    async () => (await containersOf(docker, project.path('store'))).length >= 2,
    60,
  );
  const { backfill } = await newest();
  mustEndWith(0, await sluice(project.folder, ['backfill', 'cancel', backfill, '--by', 'somebody']));
  const ended = await running.ended;
  mustEndWith(130, ended);
  expect(ended.stdout).toContain('cancelled by somebody');
  expect(ended.stdout).toContain(`sluice backfill resume ${backfill}`);
  expect(await containersOf(docker, project.path('store'))).toEqual([]);
  expect((await newest()).state).toBe('cancelled');
});

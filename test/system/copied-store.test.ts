import { cp } from 'node:fs/promises';
import type Dockerode from 'dockerode';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { documentOf, mustEndWith, sluice, startSluice } from './cli.ts';
import { containersOf, removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { until } from './until.ts';

let docker: Dockerode;
let project: TemporaryProject;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
});

beforeEach(async () => {
  project = await layOut({
    'pipelines/shared.yaml': `
name: shared
params:
  date: { type: date, start: 2021-01-01 }
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  made: { params: [date], run: 'sleep 4; cat /proc/sys/kernel/random/uuid > /outputs/made.txt', outputs: [made.txt] }
  copied: { params: [date], needs: [made], run: cp /inputs/made/made.txt /outputs/, outputs: [made.txt] }
`,
  });
});

afterEach(async () => {
  await removeContainers(docker, project.path('one'));
  await project[Symbol.asyncDispose]();
});

const run = (store: string, date: string): readonly string[] => [
  'run',
  'shared',
  '--date',
  date,
  '--store',
  project.path(store),
  '--json',
];

it('a run over a copy of a store’s files leaves alone what a run over the first one has going', async () => {
  mustEndWith(0, await sluice(project.folder, run('one', '2021-01-01')));
  await cp(project.path('one'), project.path('two'), { recursive: true, verbatimSymlinks: true });

  const first = await startSluice(project.folder, run('one', '2021-01-02'));
  await until('its container runs', async () => (await containersOf(docker, project.path('one'))).length > 0);
  const second = await sluice(project.folder, run('two', '2021-01-03'));
  const result = await first.ended;
  mustEndWith(0, result);
  mustEndWith(0, second);
  expect(documentOf(result).counts).toEqual({ succeeded: 2 });
});

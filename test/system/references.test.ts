import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { mustEndWith, sluice } from './cli.ts';
import { removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';

let docker: Dockerode;
let project: TemporaryProject;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
  project = await layOut({
    'pipelines/told.yaml': `
name: told
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  make:
    run: echo 'one two' > '/outputs/a b.txt'; echo rows=1 >> "$SLUICE_OUTPUT"
    outputs: ['*.txt', { value: rows }]
  laid:
    run: echo laid > /outputs/laid.txt
    outputs: [laid.txt]
  read:
    needs: [{ task: make, mode: uri }, laid]
    user: '1000'
    run: |
      find /inputs -type f > /outputs/files.txt
      cp "$SLUICE_INPUTS" /outputs/told.json
    outputs: [files.txt, told.json]
`,
  });
});

afterAll(async () => {
  await removeContainers(docker, project.path('.sluice/store'));
  await project[Symbol.asyncDispose]();
});

it('a task with a need of mode uri gets no files of it, and is told where they are', async () => {
  mustEndWith(0, await sluice(project.folder, ['run', 'told']));
  mustEndWith(0, await sluice(project.folder, ['get', 'told/read', '--to', 'got']));
  expect(readFileSync(project.path('got/files.txt'), 'utf8')).toBe('/inputs/laid/laid.txt\n');
  const told = JSON.parse(readFileSync(project.path('got/told.json'), 'utf8')) as {
    needs: { make: { objects: { uri: string; bytes: number }[]; values: object }[] };
  };
  const [make] = told.needs.make;
  expect(make).toMatchObject({
    instance: 'told/make/_',
    values: { rows: '1' },
    objects: [{ path: 'a b.txt', bytes: 8 }],
  });
  expect(readFileSync(fileURLToPath(make?.objects[0]?.uri ?? ''), 'utf8')).toBe('one two\n');
});

it('repro lays the same file out', async () => {
  mustEndWith(0, await sluice(project.folder, ['repro', 'told/read', '--into', 'again']));
  const told: unknown = JSON.parse(readFileSync(project.path('again/sluice/inputs.json'), 'utf8'));
  expect(told).toMatchObject({ needs: { make: [{ instance: 'told/make/_' }] } });
});

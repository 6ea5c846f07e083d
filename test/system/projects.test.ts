import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { mustEndWith, problemsOf, sluice } from './cli.ts';
import { removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';

let docker: Dockerode;
let project: TemporaryProject;

const sales = (text: string) => `
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  make: { run: echo ${text} > /outputs/x.txt, outputs: [x.txt] }
`;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
  project = await layOut({
    'shop-a/sluice.yaml': 'store: ../store\n',
    'shop-a/pipelines/sales.yaml': sales('of-a'),
    'shop-b/sluice.yaml': 'project: second\nstore: ../store\n',
    'shop-b/pipelines/sales.yaml': sales('of-b'),
  });
});

afterAll(async () => {
  await removeContainers(docker, project.path('store'));
  await project[Symbol.asyncDispose]();
});

it('another project’s pipeline of the same name is refused with words whose command takes it over', async () => {
  const [a, b] = [project.path('shop-a'), project.path('shop-b')];
  mustEndWith(0, await sluice(a, ['run', 'sales']));

  const refused = await sluice(project.folder, ['run', 'sales', '--project', 'shop-b', '--json']);
  mustEndWith(2, refused);
  const [problem] = problemsOf(refused);
  expect(problem?.code).toBe('other-project');
  expect(problem?.message).toContain('belongs to project shop-a in this store');
  const typed = /sluice (run .*)$/.exec(problem?.fix ?? '')?.[1] ?? '';
  expect(typed).toBe('run --project shop-b sales --adopt');

  const plan = await sluice(b, ['plan', 'sales']);
  mustEndWith(0, plan);
  expect(plan.stderr).toContain('warning: pipeline sales belongs to project shop-a');
  expect((await sluice(b, ['ls'])).stdout).toBe('sales/make  1 instance  (project shop-a)\n');
  expect((await sluice(b, ['status'])).stdout).toContain('pipeline sales belongs to project shop-a');

  mustEndWith(0, await sluice(project.folder, typed.split(' ')));
  mustEndWith(2, await sluice(a, ['run', 'sales']));
  mustEndWith(0, await sluice(b, ['run', 'sales']));
});

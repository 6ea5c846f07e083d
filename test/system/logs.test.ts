import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { mustEndWith, sluice } from './cli.ts';
import { removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';

const HEAD = `
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
`;

let docker: Dockerode;
let project: TemporaryProject;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
  project = await layOut({
    'pipelines/p.yaml': `${HEAD}
tasks:
  fails:
    run: |
      echo "ValueError: the cause" >&2
      seq 1 500
      exit 1
  long:
    run: |
      head -c 1000000 /dev/zero | tr '\\0' x
      echo; echo the end
`,
  });
});

afterAll(async () => {
  await removeContainers(docker, project.path('.sluice/store'));
  await project[Symbol.asyncDispose]();
});

it('the error is in the last lines, however much stdout comes after it', async () => {
  const result = await sluice(project.folder, ['run', 'p', 'fails']);
  mustEndWith(1, result);
  expect(result.stdout).toContain('│ 500');
  expect(result.stdout).toContain('│ ValueError: the cause');
  const status = await sluice(project.folder, ['status']);
  expect(status.stdout + status.stderr).toContain('│ ValueError: the cause');
});

it('a line of a megabyte is stored whole', async () => {
  mustEndWith(0, await sluice(project.folder, ['run', 'p', 'long']));
  const { stdout } = await sluice(project.folder, ['logs', 'p/long']);
  expect(stdout.length).toBe(1_000_000 + '\nthe end\n'.length);
});

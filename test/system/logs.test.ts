import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { mustEndWith, sluice, startSluice } from './cli.ts';
import { removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { until } from './until.ts';

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
  hangs:
    run: echo it began; sleep 600
  later:
    run: echo not there yet; exit 75
  imageless:
    image: localhost/no-such-image:1
    run: echo never
  legs:
    strategy: { matrix: { leg: [a, b] } }
    run: echo "leg $SLUICE_MATRIX_LEG"
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

/** Starts the task that hangs, and ends sluice by a signal once its container runs. */
async function endWhileItRuns(signal: NodeJS.Signals) {
  const started = await startSluice(project.folder, ['run', 'p', 'hangs', '--logs']);
  await until('its task runs', () => started.stdout().includes('it began'), 50);
  started.kill(signal);
  return started.ended;
}

it('the log of a cancelled attempt is named by the report, and is the newest one', async () => {
  const { stdout } = await endWhileItRuns('SIGINT');
  const [, command = ''] = /cancelled hangs: interrupted\n {2}log: {3}sluice (.*)$/m.exec(stdout) ?? [];
  for (const words of [command.split(' '), ['logs', 'p/hangs']]) {
    const shown = await sluice(project.folder, words);
    expect(shown).toMatchObject({ status: 0, stdout: 'it began\n' });
    expect(shown.stderr).toMatch(/^attempt \S+-1, cancelled: interrupted\n$/);
  }
});

it('of an attempt whose run was killed it says what is known', async () => {
  await endWhileItRuns('SIGKILL');
  const shown = await sluice(project.folder, ['logs', 'p/hangs']);
  expect(shown).toMatchObject({ status: 0, stdout: '' });
  expect(shown.stderr).toMatch(/^attempt \S+-1 died with its run \S+: what it had printed is not stored\n$/);
});

it('what was not ready has a log too', async () => {
  const { stdout } = await sluice(project.folder, ['run', 'p', 'later']);
  expect(stdout).toMatch(/waiting later: .*\n {2}log: {3}sluice logs p\/later\/_ --run/);
  const shown = await sluice(project.folder, ['logs', 'p/later']);
  expect(shown).toMatchObject({ status: 0, stdout: 'not there yet\n' });
});

it('an empty log says why nothing is in it', async () => {
  mustEndWith(1, await sluice(project.folder, ['run', 'p', 'imageless']));
  const shown = await sluice(project.folder, ['logs', 'p/imageless']);
  expect(shown).toMatchObject({ status: 0, stdout: '' });
  expect(shown.stderr).toMatch(/it printed nothing, failed: .*no-such-image/);
  const { stdout } = await sluice(project.folder, ['logs', 'p/imageless', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    log: '',
    state: 'failed',
    reason: expect.stringContaining('no-such'),
  });
});

it('an instance without its leg is told from one that has not been run', async () => {
  mustEndWith(0, await sluice(project.folder, ['run', 'p', 'legs']));
  const shown = await sluice(project.folder, ['logs', 'p/legs/_']);
  expect(shown.status).toBe(2);
  expect(shown.stderr).toContain('p/legs/_ leaves out leg: it stands for several instances');
  expect(shown.stderr).toContain('sluice logs p/legs/leg=a');
});

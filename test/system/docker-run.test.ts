import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashContext } from '../../runner/engines/docker/images/context.ts';
import { createImages } from '../../runner/engines/docker/images/images.ts';
import { busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { nodeImage } from '../parts/node-image.ts';

const root = join(import.meta.dirname, '..', '..');
const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
/** Set by a build argument that the Dockerfile does not read: this test's image is nobody else's. */
const run = randomBytes(6).toString('hex');
let docker: Dockerode;
let image = '';
let work = '';

beforeAll(async () => {
  // `npm test` has built it; by itself this file does.
  if (!existsSync(join(root, 'dist', 'sluice.js')))
    execFileSync(process.execPath, ['build.mjs'], { cwd: root });
  ({ docker } = await dockerPart());
  work = await mkdtemp(join(tmpdir(), 'sluice-work-'));
  await mkdir(join(work, 'pipelines'));
  await writeFile(join(work, 'pipelines', 'hello.yaml'), pipeline(await busyboxImage(docker)));
  const buildArgs = { BASE: await nodeImage(docker), SLUICE_TEST: run };
  const ensured = await createImages(docker, { env: {} }).ensure(
    {
      kind: 'build',
      contextFolder: root,
      dockerfile: 'runner/Dockerfile',
      buildArgs,
      contentHash: await hashContext(root, 'runner/Dockerfile', buildArgs),
    },
    { signal: new AbortController().signal, onProgress: () => undefined },
  );
  if ('cause' in ensured) throw new Error(ensured.cause.message);
  image = ensured.id;
});

afterAll(async () => {
  await rm(work, { recursive: true, force: true });
  if (image !== '') await docker.getImage(image).remove({ force: true });
});

/** As `docker run --rm --init -v <socket> -v <work>:/work <image> …words`. */
async function sluice(
  words: readonly string[],
  { socket = true }: { readonly socket?: boolean } = {},
): Promise<{ readonly status: number; readonly output: string }> {
  const container = await docker.createContainer({
    Image: image,
    Cmd: [...words],
    HostConfig: {
      Init: true,
      Binds: [...(socket ? ['/var/run/docker.sock:/var/run/docker.sock'] : []), `${work}:/work`],
    },
  });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const log = await container.logs({ stdout: true, stderr: true });
    return { status: StatusCode, output: log.toString('utf8') };
  } finally {
    await container.remove({ force: true });
  }
}

it('is the same sluice, in /work', async () => {
  const { status, output } = await sluice(['--version']);
  expect(output).toContain(version);
  expect(status).toBe(0);
  expect(await docker.getImage(image).inspect()).toMatchObject({
    Config: { WorkingDir: '/work', Entrypoint: ['node', '--', '/opt/sluice/dist/sluice.js'] },
  });
});

it('runs a pipeline by the engine whose socket it is given; its store is the work folder', async () => {
  const { status, output } = await sluice(['run', 'hello']);
  expect(output).toContain('2 succeeded');
  expect(status).toBe(0);

  const again = await sluice(['run', 'hello']);
  expect(again.output).toContain('2 done');
  expect(again.status).toBe(0);
});

it("the host's own sluice finds what the container's made", () => {
  const words = [join(root, 'dist', 'sluice.js'), 'get', 'hello/shout/_', '--to', 'got'];
  execFileSync(process.execPath, words, { cwd: work });
  const found = readdirSync(join(work, 'got'), { recursive: true, encoding: 'utf8' });
  const file = found.find((path) => path.endsWith('loud.txt')) ?? '';
  expect(readFileSync(join(work, 'got', file), 'utf8')).toBe('HELLO\n');
});

it('without the socket says how it is given', async () => {
  const { status, output } = await sluice(['doctor', '--fix'], { socket: false });
  expect(status).toBe(4);
  expect(output).toContain('docker run -v /var/run/docker.sock:/var/run/docker.sock');
});

function pipeline(busybox: string): string {
  return `
name: hello
tasks:
  greet:
    image: ${busybox}
    run: echo hello > /outputs/greeting.txt
    outputs: [greeting.txt]
  shout:
    image: ${busybox}
    needs: [greet]
    run: tr a-z A-Z < /inputs/greet/greeting.txt > /outputs/loud.txt
    outputs: [loud.txt]
`;
}

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashContext } from '../../runner/engines/docker/context.ts';
import { createImages } from '../../runner/engines/docker/images.ts';
import { dockerPart } from '../parts/docker.ts';
import { nodeImage } from '../parts/node-image.ts';

const root = join(import.meta.dirname, '..', '..');
const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
/** Set by a build argument that the Dockerfile does not read: this test's image is nobody else's. */
const run = randomBytes(6).toString('hex');
let docker: Dockerode;
let image = '';

beforeAll(async () => {
  // `npm test` has built it; by itself this file does.
  if (!existsSync(join(root, 'dist', 'sluice.js')))
    execFileSync(process.execPath, ['build.mjs'], { cwd: root });
  ({ docker } = await dockerPart());
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
  if (image !== '') await docker.getImage(image).remove({ force: true });
});

/** As `docker run --rm … <image> …words` with the engine's socket and the work folder. */
async function sluice(
  words: readonly string[],
  work?: string,
): Promise<{ readonly status: number; readonly output: string }> {
  const container = await docker.createContainer({
    Image: image,
    Cmd: [...words],
    HostConfig: {
      Init: true,
      Binds: ['/var/run/docker.sock:/var/run/docker.sock', ...(work === undefined ? [] : [`${work}:/work`])],
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
    Config: { WorkingDir: '/work', Entrypoint: ['node', '/opt/sluice/dist/sluice.js'] },
  });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashContext } from '../../../../runner/engines/docker/images/context.ts';
import type { Ensured } from '../../../../runner/engines/docker/images/find-image.ts';
import { createImages } from '../../../../runner/engines/docker/images/images.ts';
import type { ImageProgress } from '../../../../runner/engines/docker/images/pull-progress.ts';
import { BUSYBOX_IMAGE, busyboxImage } from '../../../parts/busybox-image.ts';
import { dockerPart } from '../../../parts/docker.ts';
import { startPodman, type Podman } from '../../../parts/podman.ts';
import { startRegistry, type Registry } from '../../../parts/registry.ts';

let docker: Dockerode;
let podman: Podman;
let registry: Registry;
let base = '';
let folder = '';

beforeAll(async () => {
  ({ docker } = await dockerPart());
  registry = await startRegistry();
  podman = await startPodman([registry.address]);
  await busyboxImage(docker);
  await busyboxImage(podman.docker);
  base = await registry.push(docker, BUSYBOX_IMAGE, 'base/busybox:1');
});

afterAll(async () => {
  await podman[Symbol.asyncDispose]();
  // Only who logs in for it pulls it.
  const { length } = await docker.listImages({ filters: { reference: [base] } });
  if (length > 0) await docker.getImage(base).remove();
  await registry[Symbol.asyncDispose]();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-context-'));
  return () => rm(folder, { recursive: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

describe.each([
  ['Docker', () => docker],
  ['Podman', () => podman.docker],
] as const)('building by %s', (_, engine) => {
  const built = new Set<string>();

  afterAll(async () => {
    if (engine() !== docker) return;
    for (const id of built) await docker.getImage(id).remove({ force: true });
  });

  async function ensure(
    options: {
      readonly dockerfile?: string;
      readonly buildArgs?: Readonly<Record<string, string>>;
      readonly target?: string;
      readonly contentHash?: string;
      readonly onProgress?: (progress: ImageProgress) => void;
      readonly signal?: AbortSignal;
      readonly silenceSeconds?: number;
      readonly homeFolder?: string;
    } = {},
  ): Promise<Ensured> {
    const { dockerfile = 'Dockerfile', buildArgs = {} } = options;
    const contentHash =
      options.contentHash ?? (await hashContext(folder, dockerfile, buildArgs, options.target));
    const images = createImages(engine(), {
      env: {},
      homeFolder: options.homeFolder ?? folder,
      silenceSeconds: options.silenceSeconds ?? 60,
    });
    const ensured = await images.ensure(
      {
        kind: 'build',
        contextFolder: folder,
        dockerfile,
        buildArgs,
        contentHash,
        ...(options.target !== undefined && { target: options.target }),
      },
      {
        signal: options.signal ?? new AbortController().signal,
        onProgress: options.onProgress ?? (() => undefined),
      },
    );
    if ('id' in ensured) built.add(ensured.id);
    return ensured;
  }

  /** What a command in the image writes. */
  async function run(ensured: Ensured, ...command: string[]): Promise<string> {
    if ('cause' in ensured) throw new Error(ensured.cause.message);
    const container = await engine().createContainer({
      Image: ensured.id,
      Cmd: command,
      HostConfig: { NetworkMode: 'none' },
      Tty: true,
    });
    try {
      await container.start();
      await container.wait();
      const log = await container.logs({ stdout: true, stderr: true });
      return log.toString().replaceAll('\r', '').trim();
    } finally {
      await container.remove({ force: true });
    }
  }

  it('sends the folder less what is ignored, with arguments, and says its steps', async () => {
    await write({
      Dockerfile: `FROM ${BUSYBOX_IMAGE}\nARG GREETING=none\nCOPY . /app\nRUN echo "$GREETING" > /greeting\n`,
      '.dockerignore': 'secret*\nDockerfile\ndata/*\n!data/kept.csv\n',
      'main.sh': 'echo hi',
      'secret.txt': 'x',
      'data/kept.csv': '1',
      'data/big.csv': '2',
      'node_modules/a/index.js': '',
      '.git/HEAD': '',
      'sub/.sluice/store.json': '',
      'ünïcode name.txt': 'u',
    });
    const told: ImageProgress[] = [];
    const ensured = await ensure({
      buildArgs: { GREETING: 'a b"c' },
      onProgress: (progress) => told.push(progress),
    });
    expect(await run(ensured, 'sh', '-c', 'cd /app && find . -type f | sort; cat /greeting')).toBe(
      './data/kept.csv\n./main.sh\n./ünïcode name.txt\na b"c',
    );
    expect(told[0]).toEqual({ message: 'building: sending the context' });
    expect(told.map((progress) => progress.message)).toContainEqual(
      expect.stringMatching(/^building: step 3 of \d, COPY \. \/app/),
    );
  });

  it('takes what BuildKit understands, and stops at the stage that is wanted', async () => {
    // A step that it has done before is not told: this one names the folder.
    await write({
      Dockerfile: `FROM ${BUSYBOX_IMAGE} AS first\nCOPY --chmod=755 tool /tool\nRUN --mount=type=cache,target=/cache echo made > /made; echo ${folder}\nFROM first AS second\nRUN false\n`,
      tool: '#!/bin/sh\necho works\n',
    });
    const told: string[] = [];
    const onProgress = ({ message }: ImageProgress) => void told.push(message);
    const ensured = await ensure({ target: 'first', onProgress });
    expect(await run(ensured, 'sh', '-c', '/tool; cat /made')).toBe('works\nmade');
    expect(told.some((message) => /RUN --mount/.test(message))).toBe(true);
    const broken = await ensure({ target: 'second' });
    expect(broken).toMatchObject({
      cause: { kind: 'build-failed', message: expect.stringMatching(/RUN false|false/) },
    });
  });

  it('a stage with another name is another image', async () => {
    await write({
      Dockerfile: `FROM ${BUSYBOX_IMAGE} AS a\nRUN echo a > /x\nFROM a AS b\nRUN echo b > /x\n`,
    });
    expect(await run(await ensure({ target: 'a' }), 'cat', '/x')).toBe('a');
    expect(await run(await ensure(), 'cat', '/x')).toBe('b');
  });

  it('builds once per content: nothing is sent a second time, also by another process', async () => {
    await write({ Dockerfile: `FROM ${BUSYBOX_IMAGE}\nCOPY . /app\n`, a: 'once' });
    const first = await ensure();
    const told: ImageProgress[] = [];
    expect(await ensure({ onProgress: (progress) => told.push(progress) })).toEqual(first);
    expect(told).toEqual([]);
    await write({ a: 'twice' });
    const second = await ensure();
    expect(await run(second, 'cat', '/app/a')).toBe('twice');
    expect(await run(first, 'cat', '/app/a')).toBe('once');
  });

  it('two processes that build the same at once end with one image', async () => {
    await write({ Dockerfile: `FROM ${BUSYBOX_IMAGE}\nCOPY . /app\nRUN date +%N > /now\n`, a: 'race' });
    const all = await Promise.all([ensure(), ensure(), ensure()]);
    expect(await ensure()).toEqual(all[0]);
    expect(all).toEqual([all[0], all[0], all[0]]);
  });

  it('a failing step shows its last lines', async () => {
    await write({
      Dockerfile: `FROM ${BUSYBOX_IMAGE}\nRUN echo compiling && echo "no such header" >&2 && exit 3\n`,
    });
    const ensured = await ensure();
    expect(ensured).toMatchObject({ cause: { kind: 'build-failed', transient: false } });
    const { message } = 'cause' in ensured ? ensured.cause : { message: '' };
    expect(message).toContain(`building ${folder}/Dockerfile failed: `);
    expect(message.split('\n')).toEqual(expect.arrayContaining(['  compiling', '  no such header']));
  });

  it('a Dockerfile that does not parse is told as such', async () => {
    await write({ Dockerfile: 'FORM busybox\n' });
    expect(await ensure()).toMatchObject({
      cause: { kind: 'build-failed', message: expect.stringMatching(/FORM|FROM/), transient: false },
    });
  });

  it('logs in for a base image, found through an argument', async () => {
    await write({
      Dockerfile: `ARG BASE\nFROM $BASE\nCOPY main.sh /\n`,
      'main.sh': 'echo from base',
    });
    const home = await mkdtemp(join(tmpdir(), 'sluice-login-'));
    await mkdir(join(home, '.docker'));
    const auth = Buffer.from(`${registry.user}:${registry.password}`).toString('base64');
    await writeFile(
      join(home, '.docker/config.json'),
      JSON.stringify({ auths: { [registry.address]: { auth } } }),
    );
    const refused = await ensure({ buildArgs: { BASE: base } });
    expect(refused).toMatchObject({
      cause: { kind: 'pull-denied', message: expect.stringContaining(`docker login ${registry.address}`) },
    });
    const ensured = await ensure({ buildArgs: { BASE: base }, homeFolder: home });
    expect(await run(ensured, 'sh', '/main.sh')).toBe('from base');
    await rm(home, { recursive: true });
  });

  it('files that change between plan and build are no image of that plan', async () => {
    await write({ Dockerfile: `FROM ${BUSYBOX_IMAGE}\nCOPY . /app\n`, a: 'planned' });
    const contentHash = await hashContext(folder, 'Dockerfile', {});
    await write({ a: 'changed' });
    expect(await ensure({ contentHash })).toMatchObject({
      cause: { kind: 'build-failed', message: expect.stringContaining('changed since the plan was made') },
    });
    await write({ a: 'planned' });
    expect(await run(await ensure({ contentHash }), 'cat', '/app/a')).toBe('planned');
  });

  it("the Dockerfile's own ignore file goes before the folder's", async () => {
    await write({
      'build/app.Dockerfile': `FROM ${BUSYBOX_IMAGE}\nCOPY . /app\n`,
      'build/app.Dockerfile.dockerignore': 'build\nb\n',
      '.dockerignore': 'a\n',
      a: '1',
      b: '2',
    });
    const ensured = await ensure({ dockerfile: 'build/app.Dockerfile' });
    expect(await run(ensured, 'ls', '-A', '/app')).toBe('a');
  });

  it('ends when nobody waits any more', async () => {
    await write({ Dockerfile: `FROM ${BUSYBOX_IMAGE}\nRUN echo begun && sleep 600\n` });
    const controller = new AbortController();
    const ensured = ensure({
      signal: controller.signal,
      onProgress: ({ message }) => {
        if (message.includes('step 2')) setTimeout(() => controller.abort(), 300);
      },
    });
    expect(await ensured).toMatchObject({ cause: { kind: 'cancelled' } });
    const running = async (): Promise<boolean> => {
      const containers = await engine().listContainers({ all: true });
      return containers.some(({ Command }) => Command.includes('sleep 600'));
    };
    await expect.poll(running, { timeout: 20_000 }).toBe(false);
  });

  it('no Dockerfile there: says where it was looked for', async () => {
    expect(await ensure({ contentHash: 'f'.repeat(64) })).toEqual({
      cause: {
        kind: 'build-failed',
        message: `building ${folder}/Dockerfile failed: there is no Dockerfile at ${folder}/Dockerfile`,
        transient: false,
      },
    });
  });
});

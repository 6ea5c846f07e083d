import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createImages,
  type Images,
  type ImagesOptions,
} from '../../../../runner/engines/docker/images/images.ts';
import type { Ensured } from '../../../../runner/engines/docker/images/find-image.ts';
import type { ImageProgress } from '../../../../runner/engines/docker/images/pull-progress.ts';
import { dockerPart } from '../../../parts/docker.ts';
import { importImage } from '../../../parts/import-image.ts';
import { startPodman, type Podman } from '../../../parts/podman.ts';
import { startRegistry, type Registry } from '../../../parts/registry.ts';
import { startSlowProxy, type SlowProxy } from '../../../parts/slow-proxy.ts';

const LAYER_BYTES = 12_000_000;
const LOCAL = 'sluice-test/pulled:local';
let registry: Registry;
let proxy: SlowProxy;
let podman: Podman;
let docker: Dockerode;
/** A home without any login, a new one for each test. */
let home = '';

beforeAll(async () => {
  registry = await startRegistry();
  proxy = await startSlowProxy(registry.address);
  ({ docker } = await dockerPart());
  podman = await startPodman([registry.address, proxy.address, '127.0.0.1:1']);
  // Bytes that no engine has yet, and that don't compress: a pull has to fetch them.
  await importImage(docker, LOCAL, [], async () => [{ path: 'data', bytes: randomBytes(LAYER_BYTES) }]);
  await registry.push(docker, LOCAL, 'team/app:1');
  await docker.getImage(LOCAL).remove();
});

afterAll(async () => {
  await removePulled(docker);
  await podman[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sluice-login-'));
  return () => rm(home, { recursive: true });
});

const basic = (user: string, password: string): string =>
  Buffer.from(`${user}:${password}`).toString('base64');

async function dockerConfig(config: unknown): Promise<void> {
  await mkdir(join(home, '.docker'), { recursive: true });
  await writeFile(join(home, '.docker', 'config.json'), JSON.stringify(config));
}

async function login(address = registry.address): Promise<void> {
  await dockerConfig({ auths: { [address]: { auth: basic(registry.user, registry.password) } } });
}

async function helper(name: string, script: string): Promise<void> {
  const program = join(home, `docker-credential-${name}`);
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
}

describe.each([
  ['Docker', () => docker],
  ['Podman', () => podman.docker],
] as const)('pulling by %s', (_, engine) => {
  let images: Images;
  let reference = '';

  const make = (options: Partial<ImagesOptions> = {}): Images =>
    createImages(engine(), {
      env: { PATH: `${home}:${process.env['PATH'] ?? ''}` },
      homeFolder: home,
      ...options,
    });

  const ensure = (
    text: string,
    options: {
      readonly pull?: 'missing' | 'always' | 'never';
      readonly signal?: AbortSignal;
      readonly onProgress?: (progress: ImageProgress) => void;
    } = {},
  ): Promise<Ensured> =>
    images.ensure(
      { kind: 'reference', reference: text, pull: options.pull ?? 'missing' },
      {
        signal: options.signal ?? new AbortController().signal,
        onProgress: options.onProgress ?? (() => undefined),
      },
    );

  const asked = (path: RegExp): number =>
    registry.requests('GET', path).length + registry.requests('HEAD', path).length;

  beforeEach(async () => {
    reference = `${registry.address}/team/app:1`;
    images = make();
    await removePulled(engine());
  });

  it('takes the login that stands in config.json', async () => {
    await login();
    expect(await ensure(reference)).toEqual({ id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
  });

  it('asks the credential store that config.json names', async () => {
    await helper(
      'store',
      `read -r server; [ "$1 $server" = "get ${registry.address}" ] || exit 9
       echo '${JSON.stringify({ ServerURL: registry.address, Username: registry.user, Secret: registry.password })}'`,
    );
    await dockerConfig({ auths: { [registry.address]: {} }, credsStore: 'store' });
    expect(await ensure(reference)).toHaveProperty('id');
  });

  it("asks the registry's own helper rather than the store", async () => {
    await helper('store', 'echo broken; exit 1');
    await helper('own', `echo '${JSON.stringify({ Username: registry.user, Secret: registry.password })}'`);
    await dockerConfig({ credsStore: 'store', credHelpers: { [registry.address]: 'own' } });
    expect(await ensure(reference)).toHaveProperty('id');
  });

  it("takes Podman's login where Docker has none", async () => {
    const file = join(home, 'auth.json');
    const auths = { [`${registry.address}/team`]: { auth: basic(registry.user, registry.password) } };
    await writeFile(file, JSON.stringify({ auths }));
    images = make({ env: { REGISTRY_AUTH_FILE: file } });
    expect(await ensure(reference)).toHaveProperty('id');
  });

  it('tells that there is no login, and the command that makes one', async () => {
    expect(await ensure(reference)).toEqual({
      cause: { kind: 'pull-denied', transient: false, message: expect.any(String) },
    });
    expect(message(await ensure(reference))).toMatch(
      `${registry.address} refused ${reference}: no login for it was found. Log in by "docker login ${registry.address}"`,
    );
  });

  it('tells whose login was refused, without its password', async () => {
    await dockerConfig({ auths: { [registry.address]: { auth: basic(registry.user, 'hunter2') } } });
    const ensured = await ensure(reference);
    expect(ensured).toHaveProperty('cause.kind', 'pull-denied');
    expect(message(ensured)).toContain(`the login in ${join(home, '.docker/config.json')} was refused`);
    expect(message(ensured)).not.toMatch(/hunter2|aHVudGVyMg/);
  });

  it('tells of a helper that could not be asked when the registry refuses', async () => {
    await dockerConfig({ credsStore: 'gone' });
    const ensured = await ensure(reference);
    expect(ensured).toHaveProperty('cause.kind', 'pull-denied');
    expect(message(ensured)).toContain(
      `no login for it was found; docker-credential-gone is not on the PATH (asked for by ${join(home, '.docker/config.json')})`,
    );
  });

  it('a login made meanwhile counts at the next try', async () => {
    expect(await ensure(reference)).toHaveProperty('cause.kind', 'pull-denied');
    await login();
    expect(await ensure(reference)).toHaveProperty('id');
  });

  it.each(['team/app:2', 'team/nothing:1'])('tells that %s is not there', async (name) => {
    await login();
    const ensured = await ensure(`${registry.address}/${name}`);
    expect(ensured).toHaveProperty('cause.kind', 'image-missing');
    expect(ensured).toHaveProperty('cause.transient', false);
    expect(message(ensured)).toContain(`${registry.address} has no ${registry.address}/${name}`);
  });

  it('tells a registry out of reach as trouble that may pass', async () => {
    const ensured = await ensure('127.0.0.1:1/app:1');
    expect(ensured).toMatchObject({ cause: { kind: 'pull-failed', transient: true } });
    expect(message(ensured)).toMatch(/pulling 127\.0\.0\.1:1\/app:1 failed: .*refused/);
  });

  it('pulls once for ten that ask at the same time, and tells progress once', async () => {
    await login();
    const before = asked(/blobs/);
    const told: ImageProgress[][] = Array.from({ length: 10 }, () => []);
    const all = await Promise.all(
      told.map((list) => ensure(reference, { onProgress: (progress) => list.push(progress) })),
    );
    expect(new Set(all.map((ensured) => JSON.stringify(ensured))).size).toBe(1);
    expect(all[0]).toHaveProperty('id');
    // The layer and the image's config.
    expect(asked(/blobs/) - before).toBe(2);

    const [first = [], ...others] = told;
    expect(others.flat()).toEqual([]);
    expect(first[0]).toEqual({ message: `asking ${registry.address}` });
    const fractions = first.flatMap((progress) => progress.fraction ?? []);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(first.at(-1)?.message).toMatch(/^pulling: \d of \d layers/);
  });

  it('does not ask the registry for what is there, unless told always, and then once', async () => {
    await login();
    await ensure(reference);
    const before = asked(/manifests/);
    images = make();
    await ensure(reference);
    await ensure(reference, { pull: 'never' });
    expect(asked(/manifests/)).toBe(before);
    await ensure(reference, { pull: 'always' });
    const once = asked(/manifests/);
    expect(once).toBeGreaterThan(before);
    await ensure(reference, { pull: 'always' });
    expect(asked(/manifests/)).toBe(once);
  });

  it('never: names both ways out', async () => {
    expect(message(await ensure(reference, { pull: 'never' }))).toBe(
      `the engine has no image ${reference}, and the task says "pull: never"; get it by "docker pull ${reference}", or write "pull: missing"`,
    );
  });

  it('looks again for an image that was said to be gone', async () => {
    await login();
    await ensure(reference);
    await removePulled(engine());
    images.forget({ kind: 'reference', reference, pull: 'missing' });
    expect(await ensure(reference)).toHaveProperty('id');
    expect(await engine().getImage(reference).inspect()).toHaveProperty('Id');
  });

  it('by digest', async () => {
    await login();
    await ensure(reference);
    const { RepoDigests } = await engine().getImage(reference).inspect();
    const digest = RepoDigests.find((text) => text.startsWith(registry.address)) ?? '';
    await removePulled(engine());
    expect(await ensure(digest)).toHaveProperty('id');
  });

  it('a registry that falls silent in the middle is trouble that may pass', async () => {
    await login(proxy.address);
    images = make({ silenceSeconds: 2 });
    proxy.stallAfter(LAYER_BYTES / 2);
    const ensured = await ensure(`${proxy.address}/team/app:1`);
    proxy.stallAfter(Infinity);
    expect(ensured).toMatchObject({ cause: { kind: 'pull-failed', transient: true } });
    expect(message(ensured)).toContain('nothing came for 2 s');
  });

  it('who aborts leaves the others their pull; when the last has gone it ends', async () => {
    await login(proxy.address);
    proxy.setSpeed(1_000_000);
    const [one, two] = [new AbortController(), new AbortController()];
    const name = `${proxy.address}/team/app:1`;
    const flows = async (): Promise<boolean> => {
      const before = proxy.passed();
      await sleep(300);
      return proxy.passed() > before + 100_000;
    };
    const first = ensure(name, { signal: one.signal });
    const second = ensure(name, { signal: two.signal });
    await expect.poll(flows, { timeout: 50_000 }).toBe(true);
    one.abort();
    expect(await first).toHaveProperty('cause.kind', 'cancelled');
    expect(await flows()).toBe(true);

    two.abort();
    expect(await second).toHaveProperty('cause.kind', 'cancelled');
    await expect.poll(flows, { timeout: 50_000 }).toBe(false);
    proxy.setSpeed(Infinity);
    expect(await ensure(name)).toEqual({ id: expect.any(String) });
  });
});

function message(ensured: Ensured): string {
  return 'cause' in ensured ? ensured.cause.message : JSON.stringify(ensured);
}

/** All that came from the two registries, by tag or by digest: the next pull fetches every layer. */
async function removePulled(engine: Dockerode): Promise<void> {
  for (const image of await engine.listImages()) {
    const names = [...(image.RepoTags ?? []), ...(image.RepoDigests ?? [])];
    const isOurs = names.some((name) => [registry, proxy].some(({ address }) => name.startsWith(address)));
    if (isOurs) await engine.getImage(image.Id).remove({ force: true });
  }
}

import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  findLogin,
  HUB_KEY,
  type LoginOptions,
} from '../../../../runner/engines/docker/images/credentials.ts';

const GHCR = { registry: 'ghcr.io', repository: 'owner/app' };
const HUB = { registry: 'docker.io', repository: 'library/busybox' };
let home = '';

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sluice-login-'));
  return () => rm(home, { recursive: true });
});

async function write(path: string, content: unknown): Promise<string> {
  const place = join(home, path);
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, typeof content === 'string' ? content : JSON.stringify(content));
  return place;
}

async function helper(name: string, script: string): Promise<void> {
  await chmod(await write(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`), 0o755);
}

const find = (image = GHCR, options: Partial<LoginOptions> = {}) =>
  findLogin(image, {
    env: { PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}` },
    homeFolder: home,
    ...options,
  });
const auth = (text: string): string => Buffer.from(text).toString('base64');

describe('a login from files', () => {
  it('none anywhere is no trouble', async () => {
    expect(await find()).toEqual({});
  });

  it('keeps what follows the first colon, and drops the NULs of old versions', async () => {
    const from = await write('.docker/config.json', { auths: { 'ghcr.io': { auth: auth('me:a:b\0\0') } } });
    expect(await find()).toEqual({
      login: { username: 'me', password: 'a:b', serveraddress: 'ghcr.io' },
      from,
    });
  });

  it.each([HUB_KEY, 'docker.io', 'https://index.docker.io/v1/access'])('Docker Hub under %s', async (key) => {
    await write('.docker/config.json', { auths: { [key]: { auth: auth('me:x') } } });
    expect((await find(HUB)).login).toEqual({ username: 'me', password: 'x', serveraddress: HUB_KEY });
    expect(await find()).toEqual({});
  });

  it('an old address with a scheme and a path', async () => {
    await write('.docker/config.json', { auths: { 'https://ghcr.io/v1/': { auth: auth('me:x') } } });
    expect((await find()).login).toMatchObject({ username: 'me' });
  });

  it('a token instead of a password', async () => {
    await write('.docker/config.json', { auths: { 'ghcr.io': { auth: auth('me:'), identitytoken: 't' } } });
    expect((await find()).login).toEqual({ identitytoken: 't', serveraddress: 'ghcr.io' });
  });

  it('DOCKER_CONFIG goes before the home folder', async () => {
    await write('.docker/config.json', { auths: { 'ghcr.io': { auth: auth('home:x') } } });
    await write('elsewhere/config.json', { auths: { 'ghcr.io': { auth: auth('env:x') } } });
    const { login } = await find(GHCR, { env: { DOCKER_CONFIG: join(home, 'elsewhere') } });
    expect(login).toMatchObject({ username: 'env' });
  });

  it("Podman's files follow, the most particular key first", async () => {
    const auths = {
      'ghcr.io': { auth: auth('all:x') },
      'ghcr.io/owner': { auth: auth('owner:x') },
    };
    const from = await write('run/containers/auth.json', { auths });
    const env = { XDG_RUNTIME_DIR: join(home, 'run') };
    expect(await find(GHCR, { env })).toMatchObject({ login: { username: 'owner' }, from });
    await write('.docker/config.json', { auths: { 'ghcr.io': { auth: auth('docker:x') } } });
    expect(await find(GHCR, { env })).toMatchObject({ login: { username: 'docker' } });
  });

  it.each([
    ['{ not json "s3cret"', /^CONFIG is not a JSON object$/],
    [
      '{"auths":{"ghcr.io":{"auth":"c2VjcmV0"}}}',
      /^the login for ghcr\.io in CONFIG is not base64 of "user:password"$/,
    ],
  ])('%s: the trouble is told without what stands there', async (content, words) => {
    const config = await write('.docker/config.json', content);
    const { login, trouble = '' } = await find();
    expect(login).toBeUndefined();
    expect(trouble.replace(config, 'CONFIG')).toMatch(words);
  });

  it('a broken first file does not hide the second', async () => {
    await write('.docker/config.json', 'broken');
    await write('.config/containers/auth.json', { auths: { 'ghcr.io': { auth: auth('me:x') } } });
    expect((await find()).login).toMatchObject({ username: 'me' });
  });
});

describe('a login from a helper', () => {
  it('gets the server on standard input, for Docker Hub its old key', async () => {
    await helper('echo', `read -r server; printf '{"Username":"u","Secret":"%s"}' "$server"`);
    await write('.docker/config.json', { credsStore: 'echo' });
    expect(await find(HUB)).toEqual({
      login: { username: 'u', password: HUB_KEY, serveraddress: HUB_KEY },
      from: 'docker-credential-echo',
    });
  });

  it('a user <token> means an identity token', async () => {
    await helper('token', `echo '{"Username":"<token>","Secret":"t"}'`);
    await write('.docker/config.json', { credHelpers: { 'ghcr.io': 'token' } });
    expect((await find()).login).toEqual({ identitytoken: 't', serveraddress: 'ghcr.io' });
  });

  it('that has none leaves what stands in the file', async () => {
    await helper('empty', 'echo "credentials not found in native keychain"; exit 1');
    const auths = { 'ghcr.io': { auth: auth('file:x') } };
    await write('.docker/config.json', { credsStore: 'empty', auths });
    expect((await find()).login).toMatchObject({ username: 'file' });
  });

  it.each([
    ['echo "keychain is locked"; exit 1', 'docker-credential-x get ended with status 1: keychain is locked'],
    [
      `echo '{"Username":"u","Secret":"s3cret"}'; exit 1`,
      'docker-credential-x get ended with status 1; run it by hand for what it says',
    ],
    ['echo "s3cret"; echo "no bus" >&2; exit 1', 'docker-credential-x get ended with status 1: no bus'],
    ['exit 3', 'docker-credential-x get ended with status 3'],
    ['echo "no json s3cret"', 'docker-credential-x get answered something other than JSON'],
    ['echo null', 'docker-credential-x get answered without "Username" and "Secret"'],
    ['echo "{}"', 'docker-credential-x get answered without "Username" and "Secret"'],
    ['exec sleep 60', 'docker-credential-x get did not answer within 0.3 s'],
    ['sleep 60', 'docker-credential-x get did not answer within 0.3 s'],
  ])('%s: named', async (script, words) => {
    await helper('x', script);
    const config = await write('.docker/config.json', { credsStore: 'x' });
    const { trouble } = await find(GHCR, { helperTimeoutSeconds: 0.3 });
    expect(trouble).toBe(`${words} (asked for by ${config})`);
  });

  it('one whose name is a path is not run', async () => {
    await write('.docker/config.json', { credsStore: '../evil' });
    expect((await find()).trouble).toContain('"../evil" is not the name of a credential helper');
  });
});

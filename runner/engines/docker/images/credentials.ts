import { messageOf } from '../../../errors.ts';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { askHelper, type Login } from './credential-helper.ts';
import { readSmallFile } from '../../../machine/small-file.ts';
import { own } from '../../../model/own.ts';

/** What could be found out about a login. A trouble is no error: most images need none. */
export interface LoginLookup {
  readonly login?: Login;
  /** The file or helper it came from. */
  readonly from?: string;
  /** Why one could not be read; said when the registry refuses. */
  readonly trouble?: string;
}

export interface LoginOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder?: string;
  readonly helperTimeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** Docker's `config.json` and Podman's `auth.json`, as far as logins go. */
interface LoginFile {
  readonly auths?: Readonly<Record<string, StoredLogin | undefined>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string | undefined>>;
}

interface StoredLogin {
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly username?: string;
  readonly password?: string;
}

/** The key under which Docker Hub's login has been kept since its first registry. */
export const HUB_KEY = 'https://index.docker.io/v1/';

/**
 * The user's login for an image, from the files that `docker login` and `podman login` write: Docker's first,
 * then Podman's. In each a helper for the registry goes before the store for all, that before what stands in
 * the file. Read anew at every pull: a login made meanwhile counts.
 */
export async function findLogin(
  image: { readonly registry: string; readonly repository: string },
  options: LoginOptions,
): Promise<LoginLookup> {
  const troubles: string[] = [];
  for (const path of loginFiles(options)) {
    try {
      const file = await readLoginFile(path);
      if (file === undefined) continue;
      const found = await findInFile(file, path, image, options);
      if (found !== undefined) return found;
    } catch (error) {
      troubles.push(messageOf(error));
    }
  }
  return troubles.length === 0 ? {} : { trouble: troubles.join('; ') };
}

function loginFiles({ env, homeFolder = homedir() }: LoginOptions): readonly string[] {
  return [
    join(env['DOCKER_CONFIG'] || join(homeFolder, '.docker'), 'config.json'),
    ...(env['REGISTRY_AUTH_FILE'] ? [env['REGISTRY_AUTH_FILE']] : []),
    ...(env['XDG_RUNTIME_DIR'] ? [join(env['XDG_RUNTIME_DIR'], 'containers', 'auth.json')] : []),
    join(env['XDG_CONFIG_HOME'] || join(homeFolder, '.config'), 'containers', 'auth.json'),
  ];
}

const MAX_LOGIN_BYTES = 4 * 2 ** 20;

async function readLoginFile(path: string): Promise<LoginFile | undefined> {
  const found = await readSmallFile(path, MAX_LOGIN_BYTES);
  if (found.kind === 'absent') return undefined;
  if (found.kind === 'refused') throw new Error(`${path} could not be read: ${found.reason}`);
  try {
    const value: unknown = JSON.parse(Buffer.from(found.bytes).toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below; the parser's own words may quote a secret.
  }
  throw new Error(`${path} is not a JSON object`);
}

async function findInFile(
  file: LoginFile,
  path: string,
  image: { readonly registry: string; readonly repository: string },
  options: LoginOptions,
): Promise<LoginLookup | undefined> {
  const server = image.registry === 'docker.io' ? HUB_KEY : image.registry;
  const helpers = file.credHelpers ?? {};
  const helper =
    keysOf(image)
      .map((key) => own(helpers, key))
      .find((name) => name !== undefined) ?? file.credsStore;
  if (helper !== undefined && helper !== '') {
    const timeoutSeconds = options.helperTimeoutSeconds ?? 30;
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    const login = await askHelper(helper, server, { env: options.env, timeoutSeconds, ...signal }).catch(
      (error: Error) => {
        throw new Error(`${error.message} (asked for by ${path})`, { cause: error });
      },
    );
    if (login !== undefined) return { login, from: `docker-credential-${helper}` };
  }
  const stored = findStored(file.auths ?? {}, image);
  const login = stored === undefined ? undefined : readStored(stored, server, path);
  return login === undefined ? undefined : { login, from: path };
}

/** Keys for an image, most particular first; Podman's may name a part of the repository's path. */
function keysOf({
  registry,
  repository,
}: {
  readonly registry: string;
  readonly repository: string;
}): string[] {
  const folders = repository.split('/');
  const keys = folders.map((_, index) => [registry, ...folders.slice(0, folders.length - index)].join('/'));
  return registry === 'docker.io'
    ? [...keys, HUB_KEY, 'docker.io', 'index.docker.io', 'registry-1.docker.io']
    : [...keys, registry];
}

function findStored(
  auths: NonNullable<LoginFile['auths']>,
  image: { readonly registry: string; readonly repository: string },
): StoredLogin | undefined {
  const keys = keysOf(image);
  for (const key of keys) if (own(auths, key) !== undefined) return own(auths, key);
  // Old logins are kept under an address: https://registry.example/v1/.
  const byAddress = Object.entries(auths).find(
    ([key]) =>
      /^https?:\/\//.test(key) && keys.includes(key.replace(/^https?:\/\//, '').replace(/\/.*$/, '')),
  );
  return byAddress?.[1];
}

function readStored(stored: StoredLogin, server: string, path: string): Login | undefined {
  if (stored.identitytoken) return { identitytoken: stored.identitytoken, serveraddress: server };
  if (stored.auth) {
    // Docker pads what it decodes with NUL bytes.
    const decoded = Buffer.from(stored.auth, 'base64').toString('utf8').replace(/\0+$/, '');
    const colon = decoded.indexOf(':');
    if (colon < 1) throw new Error(`the login for ${server} in ${path} is not base64 of "user:password"`);
    return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1), serveraddress: server };
  }
  // With a credential store Docker leaves an empty entry behind.
  if (!stored.username) return undefined;
  return { username: stored.username, password: stored.password ?? '', serveraddress: server };
}

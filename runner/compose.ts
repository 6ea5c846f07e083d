import { randomBytes } from 'node:crypto';
import { isAbsolute, join, posix, resolve } from 'node:path';
import { systemClock } from './clock.ts';
import { ProblemsError, type StoreError } from './errors.ts';
import type { CacheSettings } from './engines/docker/connection/session.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Image, Project } from './model/pipeline.ts';
import type { S3Settings, StoreRef } from './model/store-ref.ts';
import type { Engine, ObjectStore, Sources } from './ports.ts';
import { traceOf } from './report/trace.ts';
import { parseS3Uri } from './stores/s3/uri.ts';

/** Variables of the surroundings; nothing here looks at the process for them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The store that `project.store` names: a folder, `memory:`, or `s3://…`. */
/** `onSilence` is told what is waited for where an answer is long in coming. */
export async function openStore(
  project: Project,
  env: Environment,
  onSilence?: (what: string) => void,
): Promise<ObjectStore> {
  const store = await openStoreRef(storeRef(project), env);
  if (onSilence === undefined) return store;
  const { tellSilence } = await import('./stores/told-silence.ts');
  return tellSilence(store, onSilence);
}

export function storeRef({ store, storeSettings, root, storeFrom }: Project): StoreRef {
  if (store.startsWith('s3://')) return parseS3Uri(store, storeSettings);
  const mistake = mistakeIn(store);
  if (mistake !== undefined) {
    throw badStore(`expected a folder or s3://bucket/prefix for the store, found "${store}"${mistake}`);
  }
  if (storeSettings !== undefined) {
    throw badStore(`expected s3://bucket/prefix for a store with settings, found the folder "${store}"`);
  }
  const path = store.replace(/^file:\/\//, '');
  return { kind: 'directory', root: isAbsolute(path) ? path : resolve(storeFrom ?? root, path) };
}

/** What would become a folder of that name in the project, though surely none was meant. */
function mistakeIn(store: string): string | undefined {
  if (store.trim() === '') return '';
  if (store !== store.trim()) return ', with blanks around it';
  if (store.startsWith('~')) return ': no shell replaces ~ here';
  if (/\$\w|\$\{/.test(store)) return ': no variables are replaced here';
  // `s3:/b`, `s3:b`, `gs://b`; one letter is a drive of Windows.
  const scheme = /^([a-z][a-z0-9+.-]+):(\/{0,2})/i.exec(store);
  if (scheme === null || (scheme[1] === 'file' && scheme[2] === '//')) return undefined;
  return '';
}

function badStore(message: string): ProblemsError {
  const fix = 'write a path, such as .sluice/store, or a bucket, such as s3://acme-data/sluice';
  return new ProblemsError([{ severity: 'error', code: 'unknown-store', message, fix }]);
}

/** An empty one for whoever only looks, where none is yet. */
export async function openEmptyStore(): Promise<ObjectStore> {
  return openBareStore({ kind: 'memory', id: randomHex() });
}

/** The store that a job, or a record, refers to. */
export async function openStoreRef(ref: StoreRef, env: Environment): Promise<ObjectStore> {
  const store = await openBareStore(ref);
  const trace = traceOf('store', env);
  if (trace === undefined) return store;
  const { traceStore } = await import('./stores/traced-store.ts');
  return traceStore(store, trace);
}

async function openBareStore(ref: StoreRef): Promise<ObjectStore> {
  switch (ref.kind) {
    case 'directory': {
      const { createDirectoryStore } = await import('./stores/directory/store.ts');
      return createDirectoryStore(ref.root);
    }
    case 'memory': {
      const { openMemoryStore } = await import('./stores/memory/store.ts');
      return openMemoryStore(ref.id);
    }
    case 's3': {
      const { openS3Store } = await import('./stores/s3/store.ts');
      return openS3Store(ref);
    }
  }
}

/** What is recorded in the project's store; made on first use. */
export async function openProjectLedger(
  project: Project,
  env: Environment,
  onDamage?: (damage: StoreError) => void,
  onSilence?: (what: string) => void,
): Promise<Ledger> {
  return openLedgerOn(await openStore(project, env, onSilence), env, onDamage);
}

/** The same of a store that is open; `onDamage` is told of records that are passed by. */
export async function openLedgerOn(
  store: ObjectStore,
  env: Environment,
  onDamage?: (damage: StoreError) => void,
): Promise<Ledger> {
  const { openLedger } = await import('./ledger/open.ts');
  const { processIdentity } = await import('./ledger/runs/process.ts');
  const folder = cacheFolder(env);
  return openLedger(store, {
    clock: systemClock,
    process: await processIdentity(),
    random: randomHex,
    ...(folder === undefined ? {} : { cacheFolder: folder }),
    ...(onDamage === undefined ? {} : { onDamage }),
  });
}

/** The user's own, as the XDG base directory specification has it; what cannot be written there is read again. */
function cacheFolder(env: Environment): string | undefined {
  const given = env['XDG_CACHE_HOME'] ?? '';
  if (isAbsolute(given)) return join(given, 'sluice');
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '';
  return isAbsolute(home) ? join(home, '.cache', 'sluice') : undefined;
}

/** What others make: objects by the stores' adapters, in buckets reached as the project's own is; and URLs. */
export async function openSources(project: Project, env: Environment): Promise<Sources> {
  const { createSources } = await import('./sources/sources.ts');
  const own = storeRef(project);
  const { endpoint, region, pathStyle }: S3Settings = own.kind === 's3' ? own.settings : {};
  const settings = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(pathStyle === undefined ? {} : { pathStyle }),
  };
  return createSources({
    refOf: (uri) => parseS3Uri(uri, settings),
    openStore: (ref) => openStoreRef(ref, env),
  });
}

/** The engine that runs the project's containers; nothing is asked of it yet. */
export async function openEngine(project: Project, env: Environment): Promise<Engine> {
  const { createDockerEngine } = await import('./engines/docker/engine.ts');
  const folder = project.cacheBytes === 0 ? undefined : cacheFolder(env);
  const trace = traceOf('engine', env);
  return createDockerEngine({
    ...(project.engine.host === undefined ? {} : { host: project.engine.host }),
    openStore: (ref) => openStoreRef(ref, env),
    env,
    ...(trace === undefined ? {} : { trace }),
    ...(folder === undefined ? {} : { cache: cacheOf(folder, project.cacheBytes) }),
  });
}

function cacheOf(folder: string, sizeBytes: number | undefined): CacheSettings {
  return { folder: join(folder, 'content'), ...(sizeBytes === undefined ? {} : { sizeBytes }) };
}

/**
 * The sha256 of all that an image is built from.
 *
 * @throws ProblemsError for a folder that cannot be read or built from.
 */
export async function imageHash(
  root: string,
  { path: dockerfile, buildArgs, target }: Extract<Image, { kind: 'dockerfile' }>,
): Promise<string> {
  const { hashContext, ContextError } = await import('./engines/docker/images/context.ts');
  try {
    const folder = join(root, posix.dirname(dockerfile));
    return await hashContext(folder, posix.basename(dockerfile), buildArgs, target);
  } catch (error) {
    if (!(error instanceof ContextError)) throw error;
    throw new ProblemsError([
      { severity: 'error', code: 'bad-context', file: dockerfile, message: error.message },
    ]);
  }
}

/** Installs and starts an engine where none answers and that is possible; else throws with the command to type. */
export async function installEngine(
  project: Project,
  env: Environment,
  say: (text: string) => void,
): Promise<void> {
  const { ensureEngine } = await import('./engines/docker/install/install.ts');
  await ensureEngine({ say, env, ...project.engine });
}

/** So many bytes' worth of hexadecimal digits. */
export function randomHex(bytes = 16): string {
  return randomBytes(bytes).toString('hex');
}

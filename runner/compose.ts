import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, posix, resolve } from 'node:path';
import { systemClock } from './clock.ts';
import { ProblemsError, usageError, type StoreError } from './errors.ts';
import type { CacheSettings } from './engines/docker/connection/session.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Image, Pipeline, Project, Task } from './model/pipeline.ts';
import type { Problem } from './model/problem.ts';
import type { StoreRef } from './model/store-ref.ts';
import type { Clock, Engine, ObjectStore } from './ports.ts';
import type { Selection, SourceFiles } from './language/source.ts';
import { parseSize } from './language/schema/shape/size.ts';
import { traceOf } from './report/trace.ts';
import { parseS3Uri } from './stores/s3/uri.ts';

/** Flags come before `SLUICE_*` variables, these before `sluice.yaml`, this before the defaults. */
export interface ComposeOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly project?: string;
  /** A pipeline file, where one was named instead of a project. */
  readonly file?: string;
  readonly store?: string;
  readonly engine?: string;
  readonly concurrency?: number;
  /** How long reading the project may take; for ever where it is left out. */
  readonly budgetSeconds?: number;
}

export interface OpenedProject {
  readonly project: Project;
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  /** Of the named file. */
  readonly named?: string;
  /** Of all pipelines there are, also of those that were not asked for, with the names of their tasks. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** Why files that were not asked for can't be read: what is not found may be in one of them. */
  readonly unread: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly clock: Clock;
}

/**
 * Reads and checks every file of the project, or with `asked` only what that pipeline needs (without a name: the only
 * one there is); all mistakes at once as a `ProblemsError`.
 */
export async function openProject(
  options: ComposeOptions,
  asked?: { readonly pipeline: string | undefined },
): Promise<OpenedProject> {
  const [{ loadProject }, { createBudget, unlimited }] = await Promise.all([
    import('./language/load.ts'),
    import('./language/budget.ts'),
  ]);
  const { source, selection: located } = await locate(options);
  const selection =
    located.kind === 'all' && asked !== undefined
      ? ({ kind: 'pipeline', name: asked.pipeline } as const)
      : located;
  const budget =
    options.budgetSeconds === undefined
      ? unlimited
      : createBudget(options.budgetSeconds, () => performance.now());
  const loaded = await loadProject(source, selection, budget);
  const project = soundProject(loaded, options);
  const file = selection.kind === 'file' ? selection.path : undefined;
  const named = [...loaded.pipelines.values()].find((pipeline) => pipeline.file === file)?.name;
  return {
    project,
    pipelines: loaded.pipelines,
    names: loaded.names,
    unread: loaded.unread,
    ...(named === undefined ? {} : { named }),
    warnings: loaded.problems,
    clock: systemClock,
  };
}

/**
 * The project's settings, or the defaults where none are. No pipeline is read: a mistake in one, or none in the
 * folder but a lone file, must not keep a person from the store.
 */
export async function openSettings(options: ComposeOptions): Promise<Project> {
  return soundProject(await loadedSettings(options), options);
}

/** The same for whoever only wants the store: of one that is named, nothing that a file says is needed. */
export async function openStoreSettings(options: ComposeOptions): Promise<Project> {
  const loaded = await loadedSettings(options);
  return namedStore(options) === undefined
    ? soundProject(loaded, options)
    : soundProject({ ...loaded, problems: [] }, options);
}

async function loadedSettings(options: ComposeOptions) {
  const { loadSettings } = await import('./language/load.ts');
  const { source } = await locate(options);
  return loadSettings(source);
}

/** The names of the project's pipelines, or of the one in the named file, whatever else is wrong in them. */
export async function pipelineNames(options: ComposeOptions): Promise<readonly string[]> {
  const { loadNames } = await import('./language/load.ts');
  const { source, selection } = await locate(options);
  return loadNames(source, selection);
}

async function locate(options: ComposeOptions): Promise<{
  readonly source: SourceFiles;
  readonly selection: Selection;
}> {
  const { folderSource, locateProject } = await import('./language/source.ts');
  const { root, selection } = await locateProject(
    await folderOf(options),
    options.file === undefined ? undefined : resolve(options.cwd, options.file),
  );
  return { source: folderSource(root), selection };
}

/** Where the project is looked for. One that was named has to be there; the current folder is wherever it is. */
async function folderOf({ cwd, project }: ComposeOptions): Promise<string> {
  if (project === undefined) return cwd;
  const folder = resolve(cwd, project);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true && project !== '') return folder;
  throw usageError(
    'no-project',
    `expected the folder of a project for --project, found "${project}"${found === undefined ? ': there is no such folder' : project === '' ? '' : ': it is no folder'}`,
    'name the folder of sluice.yaml or pipelines/',
  );
}

function namedStore({ store, env }: ComposeOptions): string | undefined {
  return store ?? env['SLUICE_STORE'];
}

function soundProject(
  loaded: { readonly project: Project; readonly problems: readonly Problem[] },
  options: ComposeOptions,
): Project {
  const errors = loaded.problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) throw new ProblemsError(loaded.problems);
  const project = withOverrides(loaded.project, options);
  // A store that cannot be is told with the files, before anything is asked of it.
  storeRef(project);
  return project;
}

/** The pipelines with the content hash of every image that is built; a context in use twice is read once. */
export async function withImageHashes(opened: OpenedProject): Promise<ReadonlyMap<string, Pipeline>> {
  const hashes = new Map<string, Promise<string>>();
  const withHash = async (task: Task): Promise<Task> => {
    const { image } = task;
    if (image?.kind !== 'dockerfile') return task;
    const key = JSON.stringify([image.path, image.buildArgs, image.target]);
    const hash = hashes.get(key) ?? imageHash(opened.project.root, image);
    hashes.set(key, hash);
    return { ...task, image: { ...image, contentHash: await hash } };
  };
  const pipelines = await Promise.all(
    [...opened.pipelines].map(async ([name, pipeline]): Promise<[string, Pipeline]> => {
      const tasks = await Promise.all(
        Object.entries(pipeline.tasks).map(async ([task, value]) => [task, await withHash(value)] as const),
      );
      return [name, { ...pipeline, tasks: Object.fromEntries(tasks) }];
    }),
  );
  return new Map(pipelines);
}

async function imageHash(
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

function withOverrides(project: Project, options: ComposeOptions): Project {
  const { env } = options;
  const host = options.engine ?? env['SLUICE_ENGINE'] ?? project.engine.host;
  const store = namedStore(options);
  const cacheBytes = cacheBytesOf(env['SLUICE_CACHE']) ?? project.cacheBytes;
  // The file's settings are of the file's bucket.
  const { storeSettings: _, ...bare } = project;
  return {
    ...(store === undefined ? project : { ...bare, store }),
    engine: host === undefined ? {} : { host },
    concurrency: options.concurrency ?? concurrencyOf(env['SLUICE_CONCURRENCY']) ?? project.concurrency,
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
  };
}

function cacheBytesOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const bytes = text === 'false' ? 0 : parseSize(text);
  if (bytes !== undefined) return bytes;
  throw new ProblemsError([
    {
      severity: 'error',
      code: 'bad-variable',
      message: `expected \`false\` or a size such as 20g in SLUICE_CACHE, found "${text}"`,
    },
  ]);
}

function concurrencyOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^[1-9][0-9]*$/.test(text)) return Number(text);
  throw new ProblemsError([
    {
      severity: 'error',
      code: 'bad-variable',
      message: `expected a whole number from 1 in SLUICE_CONCURRENCY, found "${text}"`,
    },
  ]);
}

/** The store that `project.store` names: a folder, `memory:`, or `s3://…`. */
export async function openStore(project: Project, env: ComposeOptions['env']): Promise<ObjectStore> {
  return openStoreRef(storeRef(project), env);
}

export function storeRef({ store, storeSettings, root }: Project): StoreRef {
  if (store.startsWith('s3://')) return parseS3Uri(store, storeSettings);
  const mistake = mistakeIn(store);
  if (mistake !== undefined) {
    throw badStore(`expected a folder or s3://bucket/prefix for the store, found "${store}"${mistake}`);
  }
  if (storeSettings !== undefined) {
    throw badStore(`expected s3://bucket/prefix for a store with settings, found the folder "${store}"`);
  }
  const path = store.replace(/^file:\/\//, '');
  return { kind: 'directory', root: isAbsolute(path) ? path : resolve(root, path) };
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

async function openStoreRef(ref: StoreRef, env: ComposeOptions['env']): Promise<ObjectStore> {
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
  env: ComposeOptions['env'],
  onDamage?: (damage: StoreError) => void,
): Promise<Ledger> {
  return openLedgerOn(await openStore(project, env), env, onDamage);
}

/** The same of a store that is open; `onDamage` is told of records that are passed by. */
export async function openLedgerOn(
  store: ObjectStore,
  env: ComposeOptions['env'],
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
function cacheFolder(env: ComposeOptions['env']): string | undefined {
  const given = env['XDG_CACHE_HOME'] ?? '';
  if (isAbsolute(given)) return join(given, 'sluice');
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '';
  return isAbsolute(home) ? join(home, '.cache', 'sluice') : undefined;
}

/** The engine that runs the project's containers; nothing is asked of it yet. */
export async function openEngine(project: Project, env: ComposeOptions['env']): Promise<Engine> {
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

/** Installs and starts an engine where none answers and that is possible; else throws with the command to type. */
export async function installEngine(
  project: Project,
  env: ComposeOptions['env'],
  say: (text: string) => void,
): Promise<void> {
  const { ensureEngine } = await import('./engines/docker/install/install.ts');
  await ensureEngine({ say, env, ...project.engine });
}

/** So many bytes' worth of hexadecimal digits. */
export function randomHex(bytes = 16): string {
  return randomBytes(bytes).toString('hex');
}

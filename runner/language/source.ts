import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import type { Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Budget } from './budget.ts';

/** How spec reads a project's files. Paths are relative to the root, with `/`, and never lead out of it. */
export interface SourceFiles {
  /** Absolute; for messages and for what the engine reads by itself. */
  readonly root: string;
  /** Undefined where there is no regular file; throws what is larger than any text of a project. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The sha256 of a file of any size, in hex; undefined where there is no regular file. */
  hash(path: string, budget: Budget): Promise<string | undefined>;
  /** The folder's own entries, `''` for the root; undefined where there is no folder. */
  list(folder: string): Promise<readonly SourceEntry[] | undefined>;
}

export interface SourceEntry {
  readonly name: string;
  /**
   * Links count as what they lead to; `outside`: a link that leads out of the root; `other`: a pipe, a socket, a
   * device.
   */
  readonly kind: 'file' | 'folder' | 'outside' | 'broken-link' | 'other';
  readonly executable: boolean;
  /** Where a link to a folder leads, relative to the root. */
  readonly leadsTo?: string;
}

/**
 * What to load: every pipeline of the project, one file (relative to the root), or one by its name, with what it needs;
 * without a name the only one there is.
 */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'pipeline'; readonly name: string | undefined };

/** The project that a person means who stands in `folder`, or who names a lone pipeline file there. */
export async function locateProject(
  folder: string,
  file?: string,
): Promise<{ readonly root: string; readonly selection: Selection }> {
  if (file === undefined) {
    return { root: (await rootAbove(resolve(folder))) ?? resolve(folder), selection: { kind: 'all' } };
  }
  const whole = resolve(folder, file);
  const root = (await rootAbove(dirname(whole))) ?? dirname(whole);
  return { root, selection: { kind: 'file', path: relative(root, whole).split(sep).join('/') } };
}

/** Whether a folder is a project's or below one, or holds files that may be lone pipelines. */
export async function mayHoldPipelines(folder: string): Promise<boolean> {
  if ((await rootAbove(resolve(folder))) !== undefined) return true;
  const names = await readdir(folder).catch((): string[] => []);
  return names.some((name) => /^[^.].*\.ya?ml$/.test(name));
}

/** The nearest folder with a `sluice.yaml`, else the nearest with `pipelines/`. */
async function rootAbove(folder: string): Promise<string | undefined> {
  let withPipelines: string | undefined;
  for (let at = folder; ; at = dirname(at)) {
    const entries = await readdir(at, { withFileTypes: true }).catch(() => []);
    if (entries.some((entry) => entry.name === 'sluice.yaml')) return at;
    if (entries.some((entry) => entry.name === 'pipelines' && entry.isDirectory())) withPipelines ??= at;
    if (dirname(at) === at) return withPipelines;
  }
}

/** The files below a folder of this machine. */
export function folderSource(root: string): SourceFiles {
  const whole = resolve(root);
  let base: Promise<string> | undefined;
  /** What a path leads to, relative to the root; undefined: out of it. */
  const insideOf = async (path: string): Promise<string | undefined> => {
    base ??= realpath(whole);
    const real = await realpath(path);
    if (real === (await base)) return '';
    const prefix = (await base).endsWith(sep) ? await base : (await base) + sep;
    return real.startsWith(prefix) ? real.slice(prefix.length).split(sep).join('/') : undefined;
  };
  const describe = async (folder: string, entry: Dirent): Promise<SourceEntry> => {
    const { name } = entry;
    if (entry.isDirectory()) return { name, kind: 'folder', executable: false };
    const path = join(folder, name);
    try {
      const leadsTo = entry.isSymbolicLink() ? await insideOf(path) : undefined;
      if (entry.isSymbolicLink() && leadsTo === undefined)
        return { name, kind: 'outside', executable: false };
      const found = await stat(path);
      if (found.isDirectory())
        return { name, kind: 'folder', executable: false, ...(leadsTo === undefined ? {} : { leadsTo }) };
      const kind = found.isFile() ? 'file' : 'other';
      return { name, kind, executable: kind === 'file' && (found.mode & 0o111) !== 0 };
    } catch (error) {
      // A link to nothing, or removed since it was listed.
      if (isAbsence(error)) return { name, kind: 'broken-link', executable: false };
      throw error;
    }
  };
  const withFile = async <Value>(
    path: string,
    use: (file: FileHandle) => Promise<Value>,
  ): Promise<Value | undefined> => {
    const place = join(whole, path);
    try {
      if ((await insideOf(place)) === undefined || !(await stat(place)).isFile()) return undefined;
      // Opening a pipe would wait for its writer, should one have come into the file's place.
      await using file = await open(place, constants.O_RDONLY | constants.O_NONBLOCK);
      return (await file.stat()).isFile() ? await use(file) : undefined;
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  };
  return {
    root: whole,
    read: (path) => withFile(path, readText),
    hash: (path, budget) => withFile(path, (file) => hashFile(file, budget)),
    async list(folder) {
      const place = join(whole, folder);
      try {
        if ((await insideOf(place)) === undefined) return undefined;
        const entries = await readdir(place, { withFileTypes: true });
        entries.sort((a, b) => (a.name < b.name ? -1 : 1));
        return await Promise.all(entries.map((entry) => describe(place, entry)));
      } catch (error) {
        if (isAbsence(error)) return undefined;
        throw error;
      }
    },
  };
}

/** In UTF-8 the longest text that is read as YAML takes so much. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

async function readText(file: FileHandle): Promise<Uint8Array> {
  const { size } = await file.stat();
  if (size > MAX_TEXT_BYTES) {
    throw new Error(`expected a text of at most 4 MiB, found ${size.toLocaleString('en-US')} bytes`);
  }
  return file.readFile();
}

async function hashFile(file: FileHandle, budget: Budget): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    hash.update(chunk as Uint8Array);
    budget.check();
  }
  return hash.digest('hex');
}

function isAbsence(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ELOOP';
}

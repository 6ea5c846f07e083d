import type { Dirent } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** How spec reads a project's files. Paths are relative to the root, with `/`, and never lead out of it. */
export interface SourceFiles {
  /** Absolute; for messages and for what the engine reads by itself. */
  readonly root: string;
  /** Undefined where there is no regular file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The folder's own entries, `''` for the root; undefined where there is no folder. */
  list(folder: string): Promise<readonly SourceEntry[] | undefined>;
}

export interface SourceEntry {
  readonly name: string;
  /** Links count as what they lead to; `outside`: a link that leads out of the root. */
  readonly kind: 'file' | 'folder' | 'outside' | 'other';
  readonly executable: boolean;
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
  const isInside = async (path: string): Promise<boolean> => {
    base ??= realpath(whole);
    const real = await realpath(path);
    return real === (await base) || real.startsWith((await base) + sep);
  };
  const describe = async (folder: string, entry: Dirent): Promise<SourceEntry> => {
    const { name } = entry;
    if (entry.isDirectory()) return { name, kind: 'folder', executable: false };
    const path = join(folder, name);
    try {
      if (entry.isSymbolicLink() && !(await isInside(path)))
        return { name, kind: 'outside', executable: false };
      const found = await stat(path);
      const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
      return { name, kind, executable: kind === 'file' && (found.mode & 0o111) !== 0 };
    } catch (error) {
      // A link to nothing, or removed since it was listed.
      if (isAbsence(error)) return { name, kind: 'other', executable: false };
      throw error;
    }
  };
  return {
    root: whole,
    async read(path) {
      const place = join(whole, path);
      try {
        return (await isInside(place)) ? await readFile(place) : undefined;
      } catch (error) {
        if (isAbsence(error)) return undefined;
        throw error;
      }
    },
    async list(folder) {
      const place = join(whole, folder);
      try {
        if (!(await isInside(place))) return undefined;
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

function isAbsence(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ELOOP';
}

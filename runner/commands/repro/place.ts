import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { usageError } from '../../errors.ts';
import { makeFolder } from '../../machine/folder.ts';

/**
 * Where a repro may be laid out: nowhere yet, or where an earlier repro was and nobody has touched it since. Nothing of
 * a person's is removed: what is in the way of a folder that was named is refused, and without a name the next free
 * one is taken. Changes nothing.
 */
export async function findPlace(named: string | undefined, task: string): Promise<Place> {
  if (named !== undefined) {
    const folder = resolve(named);
    const state = await stateOf(folder);
    if (state.kind === 'taken')
      throw usageError('folder-in-use', `${folder} ${state.why}`, 'name another: --into FOLDER');
    return { folder };
  }
  let passedBy: Place['passedBy'];
  for (let n = 1; ; n += 1) {
    const folder = resolve(n === 1 ? `repro-${task}` : `repro-${task}-${n}`);
    const state = await stateOf(folder);
    if (state.kind === 'free') return { folder, ...(passedBy === undefined ? {} : { passedBy }) };
    passedBy ??= `${folder} ${state.why}`;
  }
}

export interface Place {
  readonly folder: string;
  /** Why the folder that would have been taken was not, in words. */
  readonly passedBy?: string;
}

/** Whatever is in the folder now, a later repro may remove. */
export async function sign(folder: string): Promise<void> {
  await writeFile(join(folder, MARK), JSON.stringify(Object.fromEntries(await marksBelow(folder))));
}

const MARK = '.sluice-repro';

/** The container's: what it writes there is made again. */
const OUTPUTS = 'outputs';

type State = { readonly kind: 'free' } | { readonly kind: 'taken'; readonly why: string };

async function stateOf(folder: string): Promise<State> {
  const found = await lstat(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return { kind: 'free' };
  if (!found.isDirectory()) return { kind: 'taken', why: 'is there, and not a folder' };
  const entries = await readdir(folder);
  if (entries.length === 0) return { kind: 'free' };
  if (!entries.includes(MARK)) return { kind: 'taken', why: 'is not empty, and no repro made it' };
  const signed = await readMarks(folder);
  for (const [path, mark] of await marksBelow(folder)) {
    if (signed.get(path) !== mark)
      return { kind: 'taken', why: `was changed since a repro made it (${path}): it stays` };
  }
  return { kind: 'free' };
}

/** Empties a place that was found. */
export async function clearPlace(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  makeFolder(resolve(folder, '..'));
  await mkdir(folder, { mode: 0o700 });
  // From here on it is a repro's, though not a whole one.
  await writeFile(join(folder, MARK), '{}');
}

/** Size and time of every file: enough to see an edit, at no cost for large inputs. */
async function marksBelow(folder: string, below = ''): Promise<ReadonlyMap<string, string>> {
  const marks = new Map<string, string>();
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (path === MARK || path === OUTPUTS) continue;
    if (entry.isDirectory())
      for (const [inner, mark] of await marksBelow(folder, path)) marks.set(inner, mark);
    else {
      const { size, mtimeMs } = await lstat(join(folder, path));
      marks.set(path, `${size} ${mtimeMs}`);
    }
  }
  return marks;
}

/** None of what was signed by an earlier version, or is damaged: then all of it may be a person's. */
async function readMarks(folder: string): Promise<ReadonlyMap<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, MARK), 'utf8'));
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new Map();
  }
}

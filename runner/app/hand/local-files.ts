import type { Stats } from 'node:fs';
import { access, constants, lstat, readdir, readlink, stat } from 'node:fs/promises';
import { basename, join, posix, resolve } from 'node:path';
import { messageOf, usageError } from '../../errors.ts';
import type { OutputEntry } from '../../model/outputs/outputs.ts';

/** Something on this machine that is to be an output. */
export interface LocalFile {
  /** As if it had been found in `/outputs`. */
  readonly entry: OutputEntry;
  /** Absolute. */
  readonly from: string;
}

/**
 * What was named: a file under its own name, or as `raw.csv=/mail/final.csv` under another; of a folder all that is in
 * it, as if it were `/outputs`.
 */
export async function findLocalFiles(cwd: string, words: readonly string[]): Promise<readonly LocalFile[]> {
  const files: LocalFile[] = [];
  for (const word of words) files.push(...(await find(cwd, word)));
  const paths = new Set<string>();
  for (const { entry, from } of files) {
    // Told before anything is stored.
    if (entry.kind === 'file')
      await access(from, constants.R_OK).catch((error: unknown) => missing(from, error));
    if (paths.has(entry.path))
      throw usageError('given-twice', `${entry.path} is given twice`, 'leave one of them out');
    paths.add(entry.path);
  }
  return files;
}

async function find(cwd: string, word: string): Promise<readonly LocalFile[]> {
  const whole = resolve(cwd, word);
  const found = await stat(whole).catch(() => undefined);
  const equals = word.indexOf('=');
  if (found === undefined && equals > 0) {
    const from = resolve(cwd, word.slice(equals + 1));
    const named = await stat(from).catch((error: unknown) => missing(word.slice(equals + 1), error));
    return [{ from, entry: entryOf(word.slice(0, equals), named) }];
  }
  if (found === undefined) return missing(word, await stat(whole).catch((error: unknown) => error));
  if (!found.isDirectory()) return [{ from: whole, entry: entryOf(basename(whole), found) }];
  return filesIn(whole, '');
}

function missing(word: string, error: unknown): never {
  throw usageError('no-file', `${word} cannot be read: ${messageOf(error)}`, 'check its path');
}

async function filesIn(folder: string, below: string): Promise<readonly LocalFile[]> {
  const files: LocalFile[] = [];
  for (const name of (await readdir(join(folder, below))).sort()) {
    const path = posix.join(below, name);
    const from = join(folder, path);
    const found = await lstat(from);
    if (found.isDirectory()) files.push(...(await filesIn(folder, path)));
    else if (!found.isSymbolicLink()) files.push({ from, entry: entryOf(path, found) });
    else files.push({ from, entry: { ...entryOf(path, found), kind: 'link', target: await readlink(from) } });
  }
  return files;
}

/** A pipe or a device is no output, and would never end. */
function entryOf(path: string, found: Stats): OutputEntry {
  return {
    path,
    kind: found.isFile() ? 'file' : 'other',
    sizeBytes: found.isFile() ? found.size : 0,
    executable: found.isFile() && (found.mode & 0o111) !== 0,
  };
}

import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

// A directory store as `docs/store.md` tells a person to read it, sharing no line with the store itself.

/** The file that holds a record; undefined: there is none, or it was deleted. */
export function recordFile(root: string, key: string): string | undefined {
  const path = join(root, key);
  const base = basename(path);
  let highest = 0;
  for (const name of namesIn(dirname(path))) {
    if (name === base) highest = Math.max(highest, 1);
    else if (name.startsWith(`${base}@`)) highest = Math.max(highest, Number(name.slice(base.length + 1)));
  }
  if (highest === 0) return undefined;
  const file = highest === 1 ? path : `${path}@${highest}`;
  const stats = lstatSync(file, { throwIfNoEntry: false });
  // Replaced and removed since.
  if (stats === undefined) return recordFile(root, key);
  return stats.isSymbolicLink() ? undefined : file;
}

/** Of any kind of record, as far as tests look at them. */
export interface StoredRecord {
  readonly id?: string;
  readonly instance?: string;
  readonly run?: string;
  readonly attempt?: string;
  readonly outcome?: string;
  readonly finishedAt?: string;
  readonly released?: boolean | string;
  readonly contentDigest?: string;
  readonly inputs?: readonly object[];
  readonly objects?: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  readonly published?: readonly { readonly path: string; readonly to: string }[];
}

/** A record's value; undefined: none. Throws for one that is not whole. */
export function readRecord(root: string, key: string): StoredRecord | undefined {
  for (;;) {
    const file = recordFile(root, key);
    if (file === undefined) return undefined;
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as StoredRecord;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    }
  }
}

/** The keys of all records below a prefix that ends with `/`. */
export function recordKeys(root: string, prefix: string): readonly string[] {
  const keys = filesBelow(join(root, prefix)).map((path) => prefix + path.replace(/@\d+$/, ''));
  return [...new Set(keys)].filter((key) => recordFile(root, key) !== undefined);
}

/** Claims that have not been given back; of those that have a mark may stay for a while. */
export function heldClaims(root: string): readonly string[] {
  return recordKeys(root, 'claims/').filter((key) => readRecord(root, key)?.released === undefined);
}

/** Paths of everything below that is no folder, relative to it; links too. */
export function filesBelow(folder: string): readonly string[] {
  return entriesIn(folder).flatMap((entry) =>
    entry.isDirectory()
      ? filesBelow(join(folder, entry.name)).map((path) => `${entry.name}/${path}`)
      : [entry.name],
  );
}

export function namesIn(folder: string): readonly string[] {
  return entriesIn(folder).map(({ name }) => name);
}

function entriesIn(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return [];
    throw error;
  }
}

import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compareKeys, isBlob, isWithin, type KeyRange } from '../../model/key.ts';
import type { ObjectInfo } from '../../ports.ts';
import { blobInfo, statsAt } from './blob.ts';
import type { Context } from './context.ts';
import { storeError, systemCode } from './failure.ts';
import { dropTombstones, type Tombstone } from './tombstone.ts';
import { mayHaveMissed, parseVersion } from './version.ts';

const PAGE = 1000;

interface Entry {
  /** A folder's ends in `/`: that is how its keys sort among its neighbours. */
  readonly name: string;
  readonly number: number;
}

interface Contents {
  readonly entries: readonly Entry[];
  readonly tombstones: readonly Tombstone[];
}

/**
 * Reads one folder after the other, in the order of the keys, and only those that can hold wanted keys. Record
 * etags come from file names; only objects are looked at one by one. Reading is synchronous, which costs half of
 * what asynchronous reading does; other work gets its turn between pages.
 */
export async function* listKeys(
  context: Context,
  prefix: string,
  options: { readonly after?: string; readonly to?: string; readonly signal?: AbortSignal },
): AsyncIterable<readonly ObjectInfo[]> {
  const { after, to } = options;
  const bounds = { prefix, ...(after !== undefined && { after }), ...(to !== undefined && { to }) };
  let page: ObjectInfo[] = [];
  const marks = new Map<string, readonly Tombstone[]>();
  const start = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (to === prefix && after === undefined && isBlob(prefix)) {
    const stats = statsAt(join(context.root, prefix));
    if (stats?.isFile() === true) yield [blobInfo(prefix, stats)];
    return;
  }
  for (const info of walk(context, start, bounds, marks)) {
    page.push(info);
    if (page.length < PAGE) continue;
    options.signal?.throwIfAborted();
    yield page;
    page = [];
    await nextTurn();
  }
  options.signal?.throwIfAborted();
  if (page.length > 0) yield page;
  for (const [folder, tombstones] of marks) await dropTombstones(context, folder, tombstones);
}

function* walk(
  context: Context,
  folder: string,
  bounds: KeyRange,
  marks: Map<string, readonly Tombstone[]>,
): Iterable<ObjectInfo> {
  const { root, versions } = context;
  const { entries, tombstones } = entriesOf(root, folder);
  if (tombstones.length > 0) marks.set(folder, tombstones);
  for (const entry of entries) {
    const key = folder + entry.name;
    if (entry.name.endsWith('/')) {
      if (folder !== '' || entry.name !== 'tmp/') {
        if (mayHold(key, bounds)) yield* walk(context, key, bounds, marks);
      }
    } else if (isWithin(key, bounds)) {
      if (isBlob(key)) {
        const stats = statsAt(join(root, key));
        if (stats?.isFile() === true) yield blobInfo(key, stats);
      } else {
        versions.suppose(join(root, key), entry.number);
        yield { key, etag: String(entry.number) };
      }
    }
  }
}

/** Newest versions and folders, in order. */
function entriesOf(root: string, folder: string): Contents {
  const path = join(root, folder);
  let found = read(path, folder);
  if (!mayHaveMissed(path, found.length)) return newestOf(found, folder);
  found = [...found, ...read(path, folder)];
  return newestOf(found, folder);
}

function newestOf(found: readonly Dirent[], folder: string): Contents {
  const blobs = isBlob(folder);
  const newest = new Map<string, { number: number; deleted: boolean }>();
  let plain = true;
  for (const entry of found) {
    if (entry.isDirectory()) {
      newest.set(`${entry.name}/`, { number: 0, deleted: false });
      continue;
    }
    const { name, number } = blobs ? { name: entry.name, number: 1 } : parseVersion(entry.name);
    const known = newest.get(name);
    if (known !== undefined && known.number > number) continue;
    const deleted = entry.isSymbolicLink();
    newest.set(name, { number, deleted });
    plain &&= !deleted;
  }
  const all = [...newest].map(([name, { number }]) => ({ name, number }));
  const isDeleted = ({ name }: Entry) => newest.get(name)?.deleted === true;
  const entries = plain ? all : all.filter((entry) => !isDeleted(entry));
  return {
    entries: entries.sort((a, b) => compareKeys(a.name, b.name)),
    tombstones: plain || blobs ? [] : all.filter(isDeleted),
  };
}

function read(path: string, folder: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw storeError(error, folder === '' ? 'the store’s folder' : folder, 'list');
  }
}

/** Whether any key that starts with `folder` can be wanted. */
function mayHold(folder: string, { prefix, after, to }: KeyRange): boolean {
  if (!folder.startsWith(prefix) && !prefix.startsWith(folder)) return false;
  if (after !== undefined && compareKeys(folder, after) < 0 && !after.startsWith(folder)) return false;
  return to === undefined || compareKeys(folder, to) <= 0;
}

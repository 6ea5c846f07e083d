import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { ENTRIES } from './place.ts';

/** Where nobody says how large: 10 GiB, and never more than half of what is free or already the cache's. */
const DEFAULT_BYTES = 10 * 2 ** 30;
/** Of a bound that was passed, so much is made free at once. */
const ROOM = 0.1;
/** More take long to look through. */
const MOST_ENTRIES = 200_000;
const BLOCK_BYTES = 4096;

export interface CacheUse {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** Removes what was not used for longest until the rest fits. Whoever reads it keeps it: open, or by a link. */
export async function evict(root: string, sizeBytes: number | undefined): Promise<CacheUse> {
  const entries = await list(join(root, ENTRIES));
  let usedBytes = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const limitBytes = await boundOf(root, sizeBytes, usedBytes);
  let left = entries.length;
  if (usedBytes <= limitBytes && left <= MOST_ENTRIES) return { usedBytes, limitBytes };
  entries.sort((a, b) => a.usedAt - b.usedAt);
  for (const { path, bytes } of entries) {
    if (usedBytes <= limitBytes * (1 - ROOM) && left <= MOST_ENTRIES * (1 - ROOM)) break;
    await rm(path, { force: true });
    usedBytes -= bytes;
    left -= 1;
  }
  return { usedBytes, limitBytes };
}

/** How much the cache may hold, `usedBytes` of it being there already. */
export async function boundOf(
  root: string,
  sizeBytes: number | undefined,
  usedBytes: number,
): Promise<number> {
  if (sizeBytes !== undefined) return sizeBytes;
  const { bavail, bsize } = await statfs(root);
  return Math.min(DEFAULT_BYTES, (usedBytes + bavail * bsize) / 2);
}

/** Whole blocks: many small files take more than they hold. */
export function bytesOnDisk(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
}

interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

async function list(folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const shard of await readdir(folder)) {
    const names = await readdir(join(folder, shard)).catch(() => []);
    const found = await Promise.all(
      names.map(async (name): Promise<Entry | undefined> => {
        const path = join(folder, shard, name);
        // Gone meanwhile: another process evicts too.
        const stats = await stat(path).catch(() => undefined);
        if (stats === undefined) return undefined;
        return { path, bytes: bytesOnDisk(stats.size), usedAt: stats.atimeMs };
      }),
    );
    entries.push(...found.filter((entry) => entry !== undefined));
  }
  return entries;
}

import { lstatSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from './context.ts';
import { systemCode } from './failure.ts';
import { removeEmptyFolders } from './folder.ts';
import { versionFile, type Version } from './version.ts';

/**
 * Whoever remembers a version for longer than this might take a new record for the one it knew. Etags of records
 * that are deleted at all (claims, failures, pending publications) are used at once.
 */
const QUIET_MILLISECONDS = 3600 * 1000;

/** A mark of deletion that a listing came by. */
export interface Tombstone {
  readonly name: string;
  readonly number: number;
}

/**
 * Removes a folder's marks of deletion once nothing has changed in it for an hour: every claim leaves one. The
 * sweep is announced first, then announced writes are looked for; a writer announces itself first, then looks for
 * sweeps if it found a mark. So at least one of them sees the other: the sweep spares that key, or the writer waits.
 */
export async function dropTombstones(
  { root, temporaries }: Context,
  folder: string,
  tombstones: readonly Tombstone[],
): Promise<void> {
  const changed = lstatSync(join(root, folder), { throwIfNoEntry: false })?.mtimeMs;
  if (changed === undefined || Date.now() - changed < QUIET_MILLISECONDS) return;
  try {
    const sweep = await temporaries.announceSweep(folder);
    try {
      const announced = temporaries.announcedWrites();
      for (const { name, number } of tombstones) {
        if (!announced(folder + name)) removeMark(join(root, folder, name), number);
      }
    } finally {
      sweep.remove();
    }
    removeEmptyFolders(join(root, folder), root);
  } catch (error) {
    // Whoever may only read still gets the listing.
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '')) throw error;
  }
}

/** For a writer that has announced itself: the version as it is when no sweep may take it away. */
export async function settledVersion(
  { temporaries, versions, root }: Context,
  key: string,
): Promise<Version> {
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  const file = join(root, key);
  for (let tries = 1; ; tries += 1) {
    const version = versions.find(file);
    if (version.kind !== 'deleted' || !temporaries.isSwept(folder)) return version;
    // Its process may have died.
    if (tries % 100 === 0) temporaries.sweep();
    await sleep(1);
  }
}

function removeMark(file: string, number: number): void {
  const path = versionFile(file, number);
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  if (lstatSync(versionFile(file, number + 1), { throwIfNoEntry: false }) !== undefined) return;
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

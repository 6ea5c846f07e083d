import { rmdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../../machine/folder.ts';
import { systemCode } from './failure.ts';

/** Acts in a folder that may have to be made first, and that someone may remove as empty in between. */
export async function inFolder<T>(folder: string, durable: boolean, act: () => T): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return act();
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || tries > 100) throw error;
      const topmost = makeFolder(folder);
      if (durable && topmost !== undefined) await syncUp(folder, dirname(topmost));
    }
  }
}

/** After this a power cut does not undo what was created or renamed in the folder. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch((error: unknown) => {
    // Removed since as empty: nothing of ours is in it.
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  try {
    await handle?.sync();
  } catch (error) {
    // Some network file systems cannot, and write through anyway.
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}

/** Removes folders from `folder` up to, without, `top`, as long as they are empty. */
export function removeEmptyFolders(folder: string, top: string): void {
  for (let path = folder; path.length > top.length; path = dirname(path)) {
    try {
      rmdirSync(path);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') continue;
      return;
    }
  }
}

async function syncUp(from: string, to: string): Promise<void> {
  for (let path = from; path.length >= to.length; path = dirname(path)) await syncFolder(path);
}

import { setMaxListeners } from 'node:events';
import { constants } from 'node:fs';
import { chmod, copyFile, link, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { JobInput, StoredObject } from '../../../model/job.ts';
import type { ContentCache, Download } from './content-cache.ts';
import { makeFolder } from '../../../machine/folder.ts';

/** An input as a folder of the cache's disk; removed, it takes nothing from the cache. */
export interface LinkedInput {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Lays an input out by hard links to cached content, to be mounted: what is evicted meanwhile stays there. Undefined:
 * it cannot be done here. Throws what a download throws; then nothing is left.
 */
export async function linkInput(
  cache: ContentCache,
  input: JobInput,
  attempt: string,
  downloadOf: (object: StoredObject) => Download,
  signal: AbortSignal,
): Promise<LinkedInput | undefined> {
  const folder = cache.place.linkFolder(attempt);
  // What cannot be removed now is swept when this process is gone.
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => undefined);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  setMaxListeners(0, either);
  let isWhole = await makeFolders(folder, input.objects);
  const one = async (object: StoredObject): Promise<void> => {
    either.throwIfAborted();
    if (
      isWhole &&
      !(await linkObject(cache, object, join(folder, object.path), downloadOf(object), either))
    ) {
      isWhole = false;
    }
  };
  const all = input.objects.map((object) => cache.queue.add(() => one(object)));
  try {
    await Promise.all(all);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(all);
    await remove();
    throw error;
  }
  if (isWhole) return { folder, remove };
  await remove();
  return undefined;
}

async function linkObject(
  cache: ContentCache,
  object: StoredObject,
  target: string,
  download: Download,
  signal: AbortSignal,
): Promise<boolean> {
  // It may be evicted before it is linked; twice in a row, the cache is too small for it.
  for (let round = 1; round <= 2; round += 1) {
    if (!(await cache.ensure(object, download, signal))) return false;
    const isLinked = await layObject(cache.place.entry(object.sha256), object, target).then(
      () => true,
      () => false,
    );
    if (isLinked) return true;
  }
  return false;
}

/** One file serves all that have its content, and has one mode: a program is a copy, where the disk can a shared one. */
async function layObject(entry: string, { executable }: StoredObject, target: string): Promise<void> {
  if (executable !== true) return link(entry, target);
  await copyFile(entry, target, constants.COPYFILE_FICLONE);
  await chmod(target, 0o555);
}

/** Readable by whoever a task runs as, whatever the umask. */
async function makeFolders(folder: string, objects: readonly StoredObject[]): Promise<boolean> {
  const folders = new Set(['.']);
  for (const { path } of objects) {
    for (let at = posix.dirname(path); !folders.has(at); at = posix.dirname(at)) folders.add(at);
  }
  try {
    for (const path of [...folders].sort()) {
      makeFolder(join(folder, path));
      await chmod(join(folder, path), 0o755);
    }
    return true;
  } catch {
    return false;
  }
}

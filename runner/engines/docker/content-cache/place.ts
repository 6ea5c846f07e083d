import { chmod, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { identify, ownerName, ownerState } from '../../../machine/process.ts';
import { makeFolder } from '../../../machine/folder.ts';

/** Where a cache keeps what, on one file system. */
export interface CachePlace {
  readonly root: string;
  /** Makes the folders, and sweeps what dead processes left; once. */
  open(): Promise<void>;
  /** Of finished content. */
  entry(sha256: string): string;
  /** New names, of this process: another sweeps them when it has died. */
  temporary(sha256: string): string;
  linkFolder(attempt: string): string;
}

const DAY_MILLISECONDS = 24 * 3600 * 1000;
/** Of processes that cannot be seen from here: a download takes no longer than that, and a task with its links neither. */
const UNFINISHED_MILLISECONDS = DAY_MILLISECONDS;
const LINKED_MILLISECONDS = 30 * DAY_MILLISECONDS;

let count = 0;

export function createCachePlace(root: string): CachePlace {
  const self = identify();
  const owner = ownerName(self);
  let opening: Promise<void> | undefined;
  const ofThisProcess = (folder: string, subject: string, purpose: string): string => {
    count += 1;
    return join(root, folder, `${subject}.${purpose}.${owner}.${count}`);
  };

  async function open(): Promise<void> {
    for (const name of [ENTRIES, TEMPORARIES, LINKS]) makeFolder(join(root, name));
    // Other users of the machine are none of a store's readers.
    await chmod(root, 0o700);
    await sweep(TEMPORARIES, UNFINISHED_MILLISECONDS);
    await sweep(LINKS, LINKED_MILLISECONDS);
  }

  async function sweep(folder: string, unknownMilliseconds: number): Promise<void> {
    for (const name of await readdir(join(root, folder))) {
      const path = join(root, folder, name);
      const state = ownerState(name.split('.').slice(2, 6).join('.'), self);
      if (state === 'alive') continue;
      if (state === 'unknown') {
        const modified = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
        if (Date.now() - modified < unknownMilliseconds) continue;
      }
      await rm(path, { recursive: true, force: true });
    }
  }

  return {
    root,
    open: () => {
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    entry: (sha256) => join(root, ENTRIES, sha256.slice(0, 2), sha256),
    temporary: (sha256) => ofThisProcess(TEMPORARIES, sha256, 'fill'),
    linkFolder: (attempt) => ofThisProcess(LINKS, attempt, 'links'),
  };
}

export const ENTRIES = 'objects';
/** As in a folder store: the probe whether an engine shares the disk writes there. */
const TEMPORARIES = 'tmp';
const LINKS = 'attempts';

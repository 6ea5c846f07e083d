import { constants, type BigIntStats } from 'node:fs';
import { chmod, open, rename, rm, utimes, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256Of } from '../../../hash/hashed-body.ts';
import type { StoredObject } from '../../../model/job.ts';
import type { CachePlace } from './place.ts';
import { makeFolder } from '../../../machine/folder.ts';

/** Content as files, each known by its sha256 and believed only when it was hashed. */
export interface Entries {
  /** An open, verified one; undefined: there is none. What is not what its name says is removed. */
  find(object: StoredObject, signal: AbortSignal): Promise<FileHandle | undefined>;
  begin(object: StoredObject): Promise<Filling>;
}

export interface Filling {
  write(chunk: Uint8Array): Promise<void>;
  /** The bytes were verified on their way: from here on they are found. */
  keep(): Promise<void>;
  /** Harmless after `keep`. */
  discard(): Promise<void>;
}

const REMEMBERED = 100_000;
const CHUNK_BYTES = 512 * 1024;
/** The order of use need not be kept finer. */
const TOUCH_MILLISECONDS = 60_000;

export function createEntries(place: CachePlace): Entries {
  /** Versions of files that this process has hashed. */
  const verified = new Map<string, string>();

  function remember(sha256: string, stats: BigIntStats): void {
    if (verified.size >= REMEMBERED) verified.clear();
    verified.set(sha256, versionOf(stats));
  }

  async function isGenuine(file: FileHandle, object: StoredObject, signal: AbortSignal): Promise<boolean> {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile() || stats.size !== BigInt(object.bytes)) return false;
    if (verified.get(object.sha256) !== versionOf(stats)) {
      if ((await hashOf(file, signal)) !== object.sha256) return false;
      remember(object.sha256, stats);
    }
    if (Date.now() - Number(stats.atimeMs) > TOUCH_MILLISECONDS) {
      // Somebody else's file can be read all the same.
      await file.utimes(new Date(), wholeSecond(Number(stats.mtimeMs))).catch(() => undefined);
    }
    return true;
  }

  return {
    async find(object, signal) {
      const path = place.entry(object.sha256);
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
      if (file === undefined) return undefined;
      try {
        if (await isGenuine(file, object, signal)) return file;
        await rm(path, { recursive: true, force: true });
      } catch (error) {
        await file.close();
        throw error;
      }
      await file.close();
      return undefined;
    },

    async begin(object) {
      const path = place.entry(object.sha256);
      const temporary = place.temporary(object.sha256);
      const file = await open(temporary, 'wx', 0o600);
      let isOpen = true;
      const close = async (): Promise<void> => {
        if (!isOpen) return;
        isOpen = false;
        await file.close();
      };
      return {
        async write(chunk) {
          for (let from = 0; from < chunk.length;) from += (await file.write(chunk, from)).bytesWritten;
        },
        async keep() {
          // A time that a later touch can repeat exactly, so that only a change of the content shows.
          await utimes(temporary, new Date(), wholeSecond(Date.now()));
          await chmod(temporary, 0o444);
          const stats = await file.stat({ bigint: true });
          await close();
          makeFolder(dirname(path));
          await rename(temporary, path);
          remember(object.sha256, stats);
        },
        async discard() {
          await close().catch(() => undefined);
          await rm(temporary, { force: true }).catch(() => undefined);
        },
      };
    },
  };
}

/** From a file that stays open: whoever removes it meanwhile takes nothing away. */
export async function* bytesOf(file: FileHandle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let position = 0; ;) {
    signal.throwIfAborted();
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function hashOf(file: FileHandle, signal: AbortSignal): Promise<string> {
  return sha256Of({ body: bytesOf(file, signal), sizeBytes: (await file.stat()).size });
}

function versionOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino}-${size}-${mtimeNs}`;
}

function wholeSecond(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}

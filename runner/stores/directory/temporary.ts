import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { identify, processState } from '../../model/process.ts';
import { systemCode } from './failure.ts';
import { makeFolder } from './folder.ts';

/**
 * Unfinished files. A name tells the key's hash, the purpose and the process, so that leftovers of the dead are
 * known, and so that whoever prunes a key's old versions sees who is about to write it.
 */
export interface Temporaries {
  /** Announces a write of `key`. With a body the file holds it, on disk when `durable`. */
  create(key: string, body?: Body, options?: BodyOptions): Promise<Temporary>;
  /** Another write of `key` is on its way, in whichever process. */
  isAnnounced(key: string): boolean;
  /** Removes what dead processes left. */
  sweep(): void;
}

export interface Temporary {
  readonly path: string;
  /** No longer announces a write, still there. */
  retire(): void;
  remove(): void;
}

export type Body = Uint8Array | AsyncIterable<Uint8Array>;

export interface BodyOptions {
  readonly durable: boolean;
  readonly signal?: AbortSignal;
}

const WRITES = 'w';
const PRUNES = 'p';

/** Whose process cannot be seen from here gets a day, longer than any upload. */
const UNKNOWN_OWNER_MILLISECONDS = 24 * 3600 * 1000;

let count = 0;

export function createTemporaries(root: string): Temporaries {
  const folder = join(root, 'tmp');
  const self = identify();
  const owner = [self.bootId, self.pidNamespace ?? '', self.pid, self.startTime]
    .map((part) => encodeURIComponent(part).replaceAll('.', '%2E'))
    .join('.');

  return {
    async create(key, body = new Uint8Array(), options = { durable: false }) {
      count += 1;
      const tail = `${owner}.${count}`;
      let path = join(folder, `${hashOf(key)}.${WRITES}.${tail}`);
      await write(folder, path, body, options);
      return {
        get path() {
          return path;
        },
        retire() {
          const retired = join(folder, `${hashOf(key)}.${PRUNES}.${tail}`);
          renameSync(path, retired);
          path = retired;
        },
        remove: () => removeFile(path),
      };
    },

    isAnnounced(key) {
      const announcement = `${hashOf(key)}.${WRITES}.`;
      return readdirSync(folder).some((name) => name.startsWith(announcement));
    },

    sweep() {
      for (const name of namesIn(folder)) {
        const path = join(folder, name);
        if (isLeftover(name, path)) rmSync(path, { recursive: true, force: true });
      }
    },
  };

  function isLeftover(name: string, path: string): boolean {
    const [, , bootId = '', pidNamespace = '', pid = '', startTime = ''] = name.split('.').map(decode);
    const { pidNamespace: _, machineId: __, ...rest } = self;
    const state = processState(
      { ...rest, bootId, pid: Number(pid), startTime, ...(pidNamespace === '' ? {} : { pidNamespace }) },
      self,
    );
    if (state !== 'unknown') return state === 'dead';
    const modified = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    return Date.now() - modified > UNKNOWN_OWNER_MILLISECONDS;
  }
}

async function write(folder: string, path: string, body: Body, options: BodyOptions): Promise<void> {
  if (body instanceof Uint8Array && body.length === 0 && !options.durable) {
    closeSync(creating(folder, () => openSync(path, 'wx')));
    return;
  }
  const handle = await open(path, 'wx').catch(async (error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
    makeFolder(folder);
    return open(path, 'wx');
  });
  try {
    await fill(handle, body, options.signal);
    if (options.durable) await handle.sync();
  } catch (error) {
    removeFile(path);
    throw error;
  } finally {
    await handle.close();
  }
}

async function fill(handle: FileHandle, body: Body, signal: AbortSignal | undefined): Promise<void> {
  if (body instanceof Uint8Array) {
    await handle.writeFile(body);
    return;
  }
  for await (const chunk of body) {
    signal?.throwIfAborted();
    // A short write is legal, when the disk is nearly full for example; the next one then says why.
    for (let from = 0; from < chunk.length;) {
      from += (await handle.write(chunk, from, chunk.length - from)).bytesWritten;
    }
  }
}

function creating<T>(folder: string, create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    makeFolder(folder);
    return create();
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // Nothing was written yet, or nothing may be: a write will say so.
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!['ENOENT', 'EROFS', 'EACCES'].includes(systemCode(error) ?? '')) throw error;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 20);
}

import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fdatasync,
  fsync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  write,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { identify, ownerName, ownerState } from '../../machine/process.ts';
import { systemCode } from './failure.ts';
import { makeFolder } from '../../machine/folder.ts';

/**
 * Unfinished files. A name tells the key's hash, the purpose and the process, so that leftovers of the dead are
 * known, and so that whoever prunes a key's old versions sees who is about to write it.
 */
export interface Temporaries {
  /** Announces a write of `key`. With a body the file holds it, on disk when `durable`. */
  create(key: string, body?: Body, options?: BodyOptions): Promise<Temporary>;
  /** Another write of `key` is on its way, in whichever process. */
  isAnnounced(key: string): boolean;
  /** Of any key, at this moment: those being written and those being pruned. */
  announcedWrites(): (key: string) => boolean;
  /** Announces that marks of deletion are removed from a folder. */
  announceSweep(folder: string): Promise<Temporary>;
  isSwept(folder: string): boolean;
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
  /** The umask says for whom. */
  readonly executable?: boolean;
  readonly signal?: AbortSignal;
}

const sync = promisify(fsync);
const flushData = promisify(fdatasync);
const writeChunk = promisify(write);

const SMALL_BYTES = 64 * 1024;

const WRITES = 'w';
const PRUNES = 'p';
const SWEEPS = 's';

/** Whose process cannot be seen from here gets a day, longer than any upload. */
const UNKNOWN_OWNER_MILLISECONDS = 24 * 3600 * 1000;

const NOTHING = new Uint8Array();

/** Of this copy of the module: a process may have loaded two. */
const MODULE = randomBytes(4).toString('hex');
let count = 0;

export function createTemporaries(root: string): Temporaries {
  const folder = join(root, 'tmp');
  const self = identify();
  const owner = ownerName(self);

  async function announce(
    subject: string,
    purpose: string,
    body: Body,
    options: BodyOptions,
  ): Promise<Temporary> {
    count += 1;
    const tail = `${owner}.${MODULE}-${count}`;
    let path = join(folder, `${hashOf(subject)}.${purpose}.${tail}`);
    await writeFile(folder, path, body, options);
    return {
      get path() {
        return path;
      },
      retire() {
        const retired = join(folder, `${hashOf(subject)}.${PRUNES}.${tail}`);
        renameSync(path, retired);
        path = retired;
      },
      remove: () => removeFile(path),
    };
  }

  function isAnnounced(subject: string, purpose: string): boolean {
    const announcement = `${hashOf(subject)}.${purpose}.`;
    return readdirSync(folder).some((name) => name.startsWith(announcement));
  }

  return {
    create: (key, body = NOTHING, options = { durable: false }) => announce(key, WRITES, body, options),
    isAnnounced: (key) => isAnnounced(key, WRITES),
    announceSweep: (subject) => announce(subject, SWEEPS, NOTHING, { durable: false }),
    isSwept: (subject) => isAnnounced(subject, SWEEPS),

    announcedWrites() {
      const hashes = new Set(readdirSync(folder).map((name) => name.slice(0, name.indexOf('.'))));
      return (key) => hashes.has(hashOf(key));
    },

    sweep() {
      for (const name of namesIn(folder)) {
        const path = join(folder, name);
        if (isLeftover(name, path)) rmSync(path, { recursive: true, force: true });
      }
    },
  };

  function isLeftover(name: string, path: string): boolean {
    const state = ownerState(name.split('.').slice(2, 6).join('.'), self);
    if (state !== 'unknown') return state === 'dead';
    const modified = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    return Date.now() - modified > UNKNOWN_OWNER_MILLISECONDS;
  }
}

async function writeFile(folder: string, path: string, body: Body, options: BodyOptions): Promise<void> {
  const descriptor = createFile(folder, path, options.executable === true ? 0o777 : 0o666);
  try {
    // For a small one the way to a thread and back would take longer than the call.
    if (body instanceof Uint8Array && body.length <= SMALL_BYTES) writeFileSync(descriptor, body);
    else await fill(descriptor, body, options);
    if (options.durable) await sync(descriptor);
  } catch (error) {
    removeFile(path);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** So that the disk works while more bytes arrive, and the last flush has little left to do. */
const FLUSH_EVERY_BYTES = 32 * 2 ** 20;

async function fill(descriptor: number, body: Body, { signal, durable }: BodyOptions): Promise<void> {
  let unflushed = 0;
  let flushing: Promise<void> = Promise.resolve();
  try {
    for await (const chunk of body instanceof Uint8Array ? [body] : body) {
      signal?.throwIfAborted();
      // A short write is legal, when the disk is nearly full for example; the next one then says why.
      for (let from = 0; from < chunk.length;) {
        from += (await writeChunk(descriptor, chunk, from)).bytesWritten;
      }
      unflushed += chunk.length;
      if (!durable || unflushed < FLUSH_EVERY_BYTES) continue;
      unflushed = 0;
      await flushing;
      flushing = flushData(descriptor);
      // Told when it is waited for.
      flushing.catch(() => undefined);
    }
    await flushing;
  } finally {
    // The file is closed next: not while it is being flushed.
    await flushing.catch(() => undefined);
  }
}

function createFile(folder: string, path: string, mode: number): number {
  try {
    return openSync(path, 'wx', mode);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    makeFolder(folder);
    return openSync(path, 'wx', mode);
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

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 20);
}

import { messageOf } from '../../../errors.ts';
import type { FileHandle } from 'node:fs/promises';
import PQueue from 'p-queue';
import type { StoredObject } from '../../../model/job.ts';
import { bytesOf, createEntries, type Filling } from './entries.ts';
import { boundOf, bytesOnDisk, evict } from './evict.ts';
import { createCachePlace, type CachePlace } from './place.ts';
import { createTurns, type Outcome } from './turns.ts';

/** Where the bytes come from if they are not here: verified on their way, or it throws. */
export type Download = (signal: AbortSignal) => AsyncIterable<Uint8Array>;

/**
 * Content of inputs on this machine's disk, by sha256: what many tasks read is downloaded once. Several processes
 * may use one folder. Nothing is believed that was not hashed, and nothing fails because the cache does: then it
 * goes without.
 */
export interface ContentCache {
  readonly place: CachePlace;
  /** For `ensure` of many: so many are under way at once, of all tasks together. */
  readonly queue: PQueue;
  /** Whether it can be used; makes its folders. */
  open(): Promise<boolean>;
  /** The verified bytes; downloaded ones are kept on their way. */
  read(object: StoredObject, download: Download, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Has it in the cache; false: it cannot be there. */
  ensure(object: StoredObject, download: Download, signal: AbortSignal): Promise<boolean>;
  /** What is wrong with the cache, to be said once. */
  takeTrouble(): string | undefined;
  fail(error: unknown): void;
  /** Waits for what goes on beside. */
  close(): Promise<void>;
}

const AT_ONCE = 16;
/** Of the bound: so much may come to the cache until it is looked through again. */
const UNSEEN = 0.05;

export function createContentCache(options: {
  readonly folder: string;
  readonly sizeBytes?: number;
}): ContentCache {
  const place = createCachePlace(options.folder);
  const entries = createEntries(place);
  const turns = createTurns();
  let trouble: { readonly message: string; isTold: boolean } | undefined;
  let limitBytes = options.sizeBytes;
  /** Unknown before it was looked through; other processes' share is seen again only then. */
  let usedBytes: number | undefined;
  let unseenBytes = 0;
  let evicting: Promise<void> | undefined;

  function fail(error: unknown): void {
    const message = `The cache of inputs in ${options.folder} cannot be used: ${messageOf(error)}. Inputs are read from the store for each task; free some space, or set another folder by XDG_CACHE_HOME, or \`cache: false\` in sluice.yaml.`;
    trouble ??= { message, isTold: false };
  }

  async function open(): Promise<boolean> {
    try {
      await place.open();
      limitBytes ??= await boundOf(options.folder, undefined, 0);
      return true;
    } catch (error) {
      fail(error);
      return false;
    }
  }

  function grow(bytes: number): void {
    if (usedBytes !== undefined) usedBytes += bytes;
    unseenBytes += bytes;
    const limit = limitBytes ?? 0;
    const isWithin = usedBytes !== undefined && usedBytes <= limit && unseenBytes <= limit * UNSEEN;
    if (evicting !== undefined || isWithin) return;
    unseenBytes = 0;
    evicting = lookThrough().finally(() => {
      evicting = undefined;
    });
  }

  async function lookThrough(): Promise<void> {
    try {
      ({ usedBytes, limitBytes } = await evict(options.folder, options.sizeBytes));
    } catch (error) {
      fail(error);
    }
  }

  /** Never throws for the cache's sake: without it nothing is found. */
  async function find(object: StoredObject, signal: AbortSignal): Promise<FileHandle | undefined> {
    try {
      return await entries.find(object, signal);
    } catch (error) {
      signal.throwIfAborted();
      fail(error);
      return undefined;
    }
  }

  async function begin(object: StoredObject): Promise<Filling | undefined> {
    try {
      return await entries.begin(object);
    } catch (error) {
      fail(error);
      return undefined;
    }
  }

  /** What is downloaded is kept on its way, as far as that can be done. */
  async function* fill(
    object: StoredObject,
    download: Download,
    signal: AbortSignal,
    end: (outcome: Outcome) => void,
  ): AsyncGenerator<Uint8Array> {
    let filling = await begin(object);
    if (filling === undefined) end('uncached');
    const giveUp = async (error: unknown): Promise<void> => {
      fail(error);
      await filling?.discard();
      filling = undefined;
      end('uncached');
    };
    try {
      for await (const chunk of download(signal)) {
        await filling?.write(chunk).catch(giveUp);
        yield chunk;
      }
      await filling?.keep().catch(giveUp);
      if (filling !== undefined) grow(bytesOnDisk(object.bytes));
    } finally {
      await filling?.discard();
      end('over');
    }
  }

  async function takeTurn(
    object: StoredObject,
    signal: AbortSignal,
  ): Promise<((outcome: Outcome) => void) | undefined> {
    if (!(await open()) || object.bytes > (limitBytes ?? 0)) return undefined;
    return turns.take(object.sha256, signal);
  }

  return {
    place,
    queue: new PQueue({ concurrency: AT_ONCE }),
    open,
    fail,

    async *read(object, download, signal) {
      const end = await takeTurn(object, signal);
      if (end === undefined) {
        yield* download(signal);
        return;
      }
      try {
        const file = await find(object, signal);
        if (file === undefined) {
          yield* fill(object, download, signal, end);
          return;
        }
        try {
          end('over');
          yield* bytesOf(file, signal);
        } finally {
          await file.close();
        }
      } finally {
        end('over');
      }
    },

    async ensure(object, download, signal) {
      const end = await takeTurn(object, signal);
      if (end === undefined) return false;
      let isThere = true;
      try {
        const file = await find(object, signal);
        if (file !== undefined) {
          await file.close();
          return true;
        }
        const told = (outcome: Outcome): void => {
          if (outcome === 'uncached') isThere = false;
          end(outcome);
        };
        for await (const _ of fill(object, download, signal, told)) {
          // Only what it leaves in the cache is wanted.
          if (!isThere) break;
        }
        return isThere;
      } finally {
        end('over');
      }
    },

    takeTrouble() {
      if (trouble === undefined || trouble.isTold) return undefined;
      trouble.isTold = true;
      return trouble.message;
    },

    async close() {
      await evicting;
    },
  };
}

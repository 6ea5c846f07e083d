import { createHash } from 'node:crypto';
import { createStreamHash } from '../../../hash/stream-hash.ts';
import { setMaxListeners } from 'node:events';
import type { JobOutputs, StoredObject } from '../../../model/job.ts';
import type { ObjectStore } from '../../../ports.ts';
import { gather } from './gather.ts';
import type { TransferShare } from './transfer-budget.ts';

export interface OutputUploads {
  /** Resolves when the next bytes may be read: a small file may still be on its way then. */
  put(file: OutputFile, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** `path` gets the bytes of `from`; false: that one was never put. */
  copy(path: string, from: string): Promise<boolean>;
  /** All that was put, in the order of paths; throws the first failure. */
  finish(): Promise<readonly StoredObject[]>;
  /** Ends what is on its way, and deletes all that was stored as well as that can be done: the rest is gc's. */
  discard(): Promise<void>;
}

export interface OutputFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly executable: boolean;
}

/**
 * Stores files below the outputs' prefix, hashed on the way: small ones several at once, larger ones streamed one by
 * one. After a failure nothing more is taken.
 */
export function createOutputUploads(
  { prefix }: JobOutputs,
  store: ObjectStore,
  share: TransferShare,
  signal: AbortSignal,
  onStored: (key: string, etag: string, sha256: string) => void,
): OutputUploads {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  setMaxListeners(0, either);
  const started: string[] = [];
  const stored = new Map<string, StoredObject>();
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  function throwFailure(): void {
    if (failure !== undefined) throw failure.error;
    signal.throwIfAborted();
  }

  async function upload(
    { path, sizeBytes, executable }: OutputFile,
    bytes: AsyncIterable<Uint8Array> | Uint8Array,
  ): Promise<void> {
    const key = prefix + path;
    started.push(key);
    const measured = bytes instanceof Uint8Array ? measureWhole(bytes) : measureStream(bytes, sizeBytes);
    const { etag } = await store.put(key, measured.bytes, { signal: either });
    const object: StoredObject = {
      path,
      ...(await measured.result()),
      ...(executable && { executable: true }),
    };
    stored.set(path, object);
    onStored(key, etag, object.sha256);
  }

  /** In the background: its failure is told by the next call. */
  function uploadBeside(file: OutputFile, bytes: Uint8Array, giveBack: () => void): void {
    const uploading = upload(file, bytes)
      .catch((error: unknown) => {
        failure ??= { error };
        stop.abort(error);
      })
      .finally(() => {
        underWay.delete(uploading);
        giveBack();
      });
    underWay.add(uploading);
  }

  async function settle(): Promise<void> {
    await Promise.all(underWay);
    throwFailure();
  }

  return {
    async put(file, bytes) {
      const { sizeBytes } = file;
      throwFailure();
      if (!share.isSmall(sizeBytes)) {
        await upload(file, bytes).catch((error: unknown) => {
          // Another's failure stopped this one: that is the first cause.
          throwFailure();
          throw error;
        });
        return;
      }
      let giveBack = share.take(sizeBytes);
      for (; giveBack === undefined; giveBack = share.take(sizeBytes)) {
        await Promise.race(underWay);
        throwFailure();
      }
      let whole: Uint8Array;
      try {
        whole = await gather(bytes);
      } catch (error) {
        giveBack();
        throw error;
      }
      uploadBeside(file, whole, giveBack);
    },

    async copy(path, from) {
      await settle();
      const original = stored.get(from);
      if (original === undefined) return false;
      started.push(prefix + path);
      await store.copy(prefix + from, prefix + path, { signal });
      stored.set(path, { ...original, path });
      return true;
    },

    async finish() {
      await settle();
      return [...stored.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    },

    async discard() {
      stop.abort(new Error('its other outputs are not stored'));
      await Promise.all(underWay);
      await store.delete(started).catch(() => undefined);
    },
  };
}

interface Measured {
  readonly bytes: AsyncIterable<Uint8Array> | Uint8Array;
  readonly result: () => Promise<{ readonly bytes: number; readonly sha256: string }>;
}

function measureWhole(bytes: Uint8Array): Measured {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes, result: async () => ({ bytes: bytes.length, sha256 }) };
}

function measureStream(source: AsyncIterable<Uint8Array>, sizeBytes: number): Measured {
  const hash = createStreamHash(sizeBytes);
  let bytes = 0;
  async function* measured(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      await hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  return { bytes: measured(), result: async () => ({ bytes, sha256: await hash.digest() }) };
}

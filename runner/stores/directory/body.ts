import { close, createReadStream, read } from 'node:fs';
import { promisify } from 'node:util';
import { storeError } from './failure.ts';

/** Large enough that the disk and not the number of calls sets the pace. */
const CHUNK_BYTES = 512 * 1024;

/** The file's bytes as they are asked for; closes the descriptor at the end, on abort, or when no longer wanted. */
export function fileBody(
  descriptor: number,
  key: string,
  sizeBytes: number,
  range: { readonly from: number; readonly to: number } | undefined,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  if (range !== undefined && range.to < range.from) {
    close(descriptor);
    return nothing();
  }
  if (range === undefined && sizeBytes <= SMALL_BYTES) return smallBody(descriptor, key, sizeBytes, signal);
  const stream = createReadStream('', {
    fd: descriptor,
    start: range?.from ?? 0,
    highWaterMark: CHUNK_BYTES,
    ...(range === undefined ? {} : { end: range.to }),
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for await (const chunk of stream) yield chunk as Uint8Array;
      } catch (error) {
        throw storeError(error, key, 'read');
      }
    },
  };
}

/** A stream costs several times what reading a small file does. */
const SMALL_BYTES = 64 * 1024;

async function* smallBody(
  descriptor: number,
  key: string,
  sizeBytes: number,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  try {
    signal?.throwIfAborted();
    const bytes = Buffer.allocUnsafe(sizeBytes);
    let filled = 0;
    while (filled < sizeBytes) {
      const { bytesRead } = await readInto(descriptor, bytes, filled, sizeBytes - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
      signal?.throwIfAborted();
    }
    if (filled > 0) yield bytes.subarray(0, filled);
  } catch (error) {
    signal?.throwIfAborted();
    throw storeError(error, key, 'read');
  } finally {
    close(descriptor);
  }
}

const readInto = promisify(read);

async function* nothing(): AsyncIterable<Uint8Array> {}

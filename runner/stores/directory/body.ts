import { close, createReadStream } from 'node:fs';
import { storeError } from './failure.ts';

/** Large enough that the disk and not the number of calls sets the pace. */
const CHUNK_BYTES = 512 * 1024;

/** The file's bytes as they are asked for; closes the descriptor at the end, on abort, or when no longer wanted. */
export function fileBody(
  descriptor: number,
  key: string,
  range: { readonly from: number; readonly to: number } | undefined,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  if (range !== undefined && range.to < range.from) {
    close(descriptor);
    return nothing();
  }
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

async function* nothing(): AsyncIterable<Uint8Array> {}

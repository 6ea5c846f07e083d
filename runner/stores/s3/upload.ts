import { UploadPartCommand, type CompletedPart } from '@aws-sdk/client-s3';
import { StoreError } from '../../errors.ts';
import type { PutCondition } from '../../ports.ts';
import { writeInParts, type SentParts } from './multipart.ts';
import type { PartTarget } from './part-target.ts';
import type { Session } from './session.ts';

const MAX_PARTS = 10_000;

/**
 * What ends within the size of a part goes as one request, `writeBytes`; more in parallel parts. The SDK's
 * uploader (lib-storage) allocates each part anew and goes on after a failed one: four uploads of 128 MiB at once
 * took 400 MB with it.
 */
export async function uploadStream(
  session: Session,
  key: string,
  body: AsyncIterable<Uint8Array>,
  {
    condition,
    signal,
  }: { readonly condition: PutCondition | undefined; readonly signal: AbortSignal | undefined },
  writeBytes: (bytes: Uint8Array) => Promise<{ readonly etag: string }>,
): Promise<{ readonly etag: string }> {
  const { partBytes } = session.sizes;
  const source = body[Symbol.asyncIterator]();
  try {
    const start: Uint8Array[] = [];
    for (let bytes = 0; bytes <= partBytes;) {
      const { done, value } = await source.next();
      signal?.throwIfAborted();
      if (done === true) return await writeBytes(Buffer.concat(start));
      start.push(value);
      bytes += value.length;
    }
    return await writeInParts(session, key, { condition, signal }, (target) =>
      sendParts(session, key, target, { start, source }, signal),
    );
  } catch (error) {
    await source.return?.();
    throw error;
  }
}

interface Source {
  /** What was read of it already; emptied. */
  readonly start: Uint8Array[];
  readonly source: AsyncIterator<Uint8Array>;
}

async function sendParts(
  session: Session,
  key: string,
  target: PartTarget,
  { start, source }: Source,
  signal: AbortSignal | undefined,
): Promise<SentParts> {
  const { buffers } = session;
  const parts: CompletedPart[] = [];
  const sending: Promise<void>[] = [];
  // The first failure stops the others.
  const stop = new AbortController();
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  let sizeBytes = 0;

  async function send(buffer: Buffer, length: number, PartNumber: number): Promise<void> {
    const command = new UploadPartCommand({ ...target, PartNumber, Body: buffer.subarray(0, length) });
    try {
      const { ETag, ChecksumCRC32 } = await session.call(
        { operation: 'UploadPart', key },
        both,
        (client, options) => client.send(command, options),
      );
      parts[PartNumber - 1] = { PartNumber, ETag, ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }) };
    } catch (error) {
      stop.abort(error);
    } finally {
      buffers.give(buffer);
    }
  }

  async function fill(): Promise<void> {
    let buffer = await buffers.take(true);
    let used = 0;
    try {
      for (;;) {
        const chunk = start.shift() ?? (await nextOf(source));
        both.throwIfAborted();
        if (chunk === undefined) break;
        for (let from = 0; from < chunk.length;) {
          if (used === buffer.length) {
            sending.push(send(buffer, used, nextNumber(sending.length, key, buffer.length)));
            used = 0;
            buffer = await buffers.take(false);
            both.throwIfAborted();
          }
          const piece = chunk.subarray(from, from + buffer.length - used);
          buffer.set(piece, used);
          used += piece.length;
          from += piece.length;
        }
        sizeBytes += chunk.length;
      }
    } catch (error) {
      buffers.give(buffer);
      throw error;
    }
    sending.push(send(buffer, used, nextNumber(sending.length, key, buffer.length)));
  }

  buffers.open();
  try {
    await fill().catch((error: unknown) => stop.abort(error));
    await Promise.all(sending);
    stop.signal.throwIfAborted();
    return { parts, sizeBytes };
  } finally {
    buffers.close();
  }
}

async function nextOf(source: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  const { done, value } = await source.next();
  return done === true ? undefined : value;
}

function nextNumber(sent: number, key: string, partBytes: number): number {
  if (sent < MAX_PARTS) return sent + 1;
  throw new StoreError(
    'store-unsuitable',
    `${key} is larger than the ${MAX_PARTS} parts of ${partBytes / 2 ** 20} MiB that S3 takes; split it`,
    { key },
  );
}

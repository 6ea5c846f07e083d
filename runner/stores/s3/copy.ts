import { CopyObjectCommand, UploadPartCopyCommand, type CompletedPart } from '@aws-sdk/client-s3';
import { StoreError } from '../../errors.ts';
import { answerOf } from './failure.ts';
import { writeInParts } from './multipart.ts';
import { placement } from './placement.ts';
import { headObject } from './open.ts';
import type { Session } from './session.ts';

const PARTS_IN_FLIGHT = 8;

/** Within the store; what is too large for one request goes in parts. */
export async function copyObject(
  session: Session,
  from: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const head = await headObject(session, from, signal);
  if (head === undefined) {
    throw new StoreError('not-found', `expected an object to copy under ${from}, found none`, { key: from });
  }
  if (head.sizeBytes > session.sizes.copyBytes) return copyParts(session, from, to, head, signal);
  const { Tagging, ...kept } = placement(session.settings, to);
  const command = new CopyObjectCommand({
    Bucket: session.bucket,
    Key: session.prefix + to,
    CopySource: sourceOf(session, from),
    ...kept,
    ...(Tagging !== undefined && { Tagging, TaggingDirective: 'REPLACE' as const }),
  });
  try {
    await session.call({ operation: 'CopyObject', key: to, isSlow: true }, signal, (client, options) =>
      client.send(command, options),
    );
  } catch (error) {
    const answer = answerOf(error);
    if (answer?.name !== 'NoSuchKey') throw error;
    throw new StoreError('not-found', `${from} was removed while it was copied`, {
      key: from,
      cause: answer,
    });
  }
}

async function copyParts(
  session: Session,
  from: string,
  to: string,
  { sizeBytes, etag }: { readonly sizeBytes: number; readonly etag: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  const partBytes = session.sizes.copyPartBytes;
  const stop = new AbortController();
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  await writeInParts(session, to, { signal }, async (target) => {
    const copyPart = async (PartNumber: number): Promise<CompletedPart> => {
      const first = (PartNumber - 1) * partBytes;
      const command = new UploadPartCopyCommand({
        ...target,
        PartNumber,
        CopySource: sourceOf(session, from),
        CopySourceRange: `bytes=${first}-${Math.min(first + partBytes, sizeBytes) - 1}`,
        CopySourceIfMatch: `"${etag}"`,
      });
      const { CopyPartResult } = await session.call(
        { operation: 'UploadPartCopy', key: to, isSlow: true },
        both,
        (client, options) => client.send(command, options),
      );
      const { ETag, ChecksumCRC32 } = CopyPartResult ?? {};
      return { PartNumber, ETag, ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }) };
    };
    return { parts: await inParallel(Math.ceil(sizeBytes / partBytes), copyPart, stop), sizeBytes };
  });
}

/** The results of 1 to `count`; the first failure stops the rest, and none is under way when it is thrown. */
async function inParallel<T>(
  count: number,
  act: (number: number) => Promise<T>,
  stop: AbortController,
): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 1;
  const worker = async (): Promise<void> => {
    while (next <= count && !stop.signal.aborted) {
      const number = next;
      next += 1;
      try {
        results[number - 1] = await act(number);
      } catch (error) {
        stop.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: PARTS_IN_FLIGHT }, worker));
  stop.signal.throwIfAborted();
  return results;
}

function sourceOf(session: Session, key: string): string {
  return `${session.bucket}/${session.prefix + key}`.split('/').map(encodeURIComponent).join('/');
}

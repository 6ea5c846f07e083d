import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { PutCondition } from '../../ports.ts';
import { etagIn } from './answer.ts';
import { conditionOf, lossOf } from './condition.ts';
import { answerOf } from './failure.ts';
import { placement } from './placement.ts';
import { headObject } from './open.ts';
import { expectWritten } from './written.ts';
import type { Session } from './session.ts';

/** What each request of one upload names. */
export interface PartTarget {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
}

export interface SentParts {
  readonly parts: readonly CompletedPart[];
  readonly sizeBytes: number;
}

/** Cleaning up after a failure is not worth a longer wait; the rest is for the bucket's lifecycle rule. */
const CLEAN_UP_MILLISECONDS = 10_000;

/** One object from parts. `send` ends, well or not, when none of its parts is under way any more. */
export async function writeInParts(
  session: Session,
  key: string,
  {
    condition,
    signal,
  }: { readonly condition?: PutCondition | undefined; readonly signal: AbortSignal | undefined },
  send: (target: PartTarget) => Promise<SentParts>,
): Promise<{ readonly etag: string }> {
  const place = { Bucket: session.bucket, Key: session.prefix + key };
  // As the SDK's own uploader does: parts with a checksum need an upload that was announced with its kind.
  const calculation = await session.clients.quick.config.requestChecksumCalculation();
  const create = new CreateMultipartUploadCommand({
    ...place,
    ...placement(session.settings, key),
    ...(calculation === 'WHEN_SUPPORTED' && { ChecksumAlgorithm: 'CRC32' }),
  });
  const { UploadId } = await session.call(
    { operation: 'CreateMultipartUpload', key },
    signal,
    (client, options) => client.send(create, options),
  );
  const target = { ...place, UploadId };
  try {
    return await complete(session, key, target, await send(target), condition, signal);
  } catch (error) {
    await session
      .call(
        { operation: 'AbortMultipartUpload', key },
        AbortSignal.timeout(CLEAN_UP_MILLISECONDS),
        (client, options) => client.send(new AbortMultipartUploadCommand(target), options),
      )
      // The failure itself says more.
      .catch(() => undefined);
    throw error;
  }
}

async function complete(
  session: Session,
  key: string,
  target: PartTarget,
  { parts, sizeBytes }: SentParts,
  condition: PutCondition | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly etag: string }> {
  const command = new CompleteMultipartUploadCommand({
    ...target,
    ...conditionOf(condition),
    MultipartUpload: { Parts: [...parts] },
  });
  try {
    const { ETag } = await session.call(
      { operation: 'CompleteMultipartUpload', key, isSlow: true },
      signal,
      (client, options) => client.send(command, options),
    );
    await expectWritten(session, key, sizeBytes, signal);
    return { etag: etagIn(ETag) };
  } catch (error) {
    const answer = answerOf(error);
    // Perhaps by our own first try, whose answer got lost: whoever writes on a condition looks again anyway.
    const isUndecided = answer?.name === 'NoSuchUpload' || answer?.status === 409;
    const lost = lossOf(error, key, condition, isUndecided);
    if (lost !== undefined) throw lost;
    if (answer?.name !== 'NoSuchUpload' || answer.attempts < 2) throw error;
    // A try whose answer got lost may have been done: then the next one finds no such upload any more.
    const found = await headObject(session, key, signal);
    if (found?.sizeBytes !== sizeBytes) throw error;
    return { etag: found.etag };
  }
}

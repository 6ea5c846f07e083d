import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { PutCondition } from '../../ports.ts';
import { etagIn } from './answer.ts';
import { conditionOf, lossOf } from './condition.ts';
import { answerOf } from './failure.ts';
import { giveUp } from './give-up.ts';
import type { PartTarget } from './part-target.ts';
import { placement } from './placement.ts';
import { headObject } from './open.ts';
import { expectWritten } from './written.ts';
import type { Session } from './session.ts';

export interface SentParts {
  readonly parts: readonly CompletedPart[];
  readonly sizeBytes: number;
}

/** An upload that is begun has no name yet by which it could be ended: its answer is waited for, even after a stop. */
const BEGUN_MILLISECONDS = 2000;

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
  const target = { ...place, UploadId: await begin(session, key, create, signal) };
  let mayStillArrive = false;
  try {
    signal?.throwIfAborted();
    mayStillArrive = true;
    const sent = await send(target);
    mayStillArrive = false;
    return await complete(session, key, target, sent, condition, signal);
  } catch (error) {
    await giveUp(session, key, target, mayStillArrive);
    throw error;
  }
}

async function begin(
  session: Session,
  key: string,
  command: CreateMultipartUploadCommand,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  signal?.throwIfAborted();
  const late = new AbortController();
  const onStop = (): void => void setTimeout(() => late.abort(signal?.reason), BEGUN_MILLISECONDS).unref();
  signal?.addEventListener('abort', onStop);
  try {
    const { UploadId } = await session.call(
      { operation: 'CreateMultipartUpload', key },
      late.signal,
      (client, options) => client.send(command, options),
    );
    return UploadId;
  } finally {
    signal?.removeEventListener('abort', onStop);
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

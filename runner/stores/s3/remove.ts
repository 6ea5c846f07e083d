import { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { StoreError } from '../../errors.ts';
import { answerOf, failureOf } from './failure.ts';
import type { Session } from './session.ts';

/** As many as one request takes. */
const BATCH = 1000;
const MAX_TRIES = 5;

export async function removeObjects(
  session: Session,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let start = 0; start < keys.length; start += BATCH) {
    const batch = keys.slice(start, start + BATCH);
    if (batch.length === 1) await removeSingly(session, batch, signal);
    else await removeBatch(session, batch, signal);
  }
}

async function removeBatch(
  session: Session,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  let left = keys;
  for (let tries = 1; ; tries += 1) {
    const refused = await removeTogether(session, left, signal);
    if (refused === 'unknown') return removeSingly(session, left, signal);
    const [first] = refused;
    if (first === undefined) return;
    if (tries === MAX_TRIES || !/InternalError|SlowDown|ServiceUnavailable/.test(first.code)) {
      const said = {
        name: first.code,
        message: first.message,
        $metadata: { httpStatusCode: statusOf(first.code) },
      };
      throw failureOf(said, { operation: 'DeleteObjects', key: first.key }, session);
    }
    left = refused.map(({ key }) => key);
  }
}

interface Refused {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

/** Those that are still there; `unknown` where the store has no such request, or wants another checksum of it. */
async function removeTogether(
  session: Session,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly Refused[] | 'unknown'> {
  const command = new DeleteObjectsCommand({
    Bucket: session.bucket,
    Delete: { Quiet: true, Objects: keys.map((key) => ({ Key: session.prefix + key })) },
  });
  try {
    const { Errors = [] } = await session.call(
      { operation: 'DeleteObjects', key: `${keys[0]} and others` },
      signal,
      (client, options) => client.send(command, options),
    );
    return Errors.map(({ Key = '', Code = '', Message = '' }) => ({
      key: Key.slice(session.prefix.length),
      code: Code,
      message: Message,
    }));
  } catch (error) {
    if (error instanceof StoreError && error.code === 'store-unsuitable') return 'unknown';
    throw error;
  }
}

async function removeSingly(
  session: Session,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await Promise.all(
    keys.map(async (key) => {
      const command = new DeleteObjectCommand({ Bucket: session.bucket, Key: session.prefix + key });
      try {
        await session.call({ operation: 'DeleteObject', key }, signal, (client, options) =>
          client.send(command, options),
        );
      } catch (error) {
        // Some servers say so of a key that is not there.
        if (answerOf(error)?.name === 'NoSuchKey') return;
        throw error;
      }
    }),
  );
}

function statusOf(code: string): number {
  return code === 'AccessDenied' ? 403 : 400;
}

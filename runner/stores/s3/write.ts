import { PutObjectCommand } from '@aws-sdk/client-s3';
import { StoreError } from '../../errors.ts';
import { isBlob, isImmutable } from '../../model/key.ts';
import type { PutCondition } from '../../ports.ts';
import { answerOf } from './failure.ts';
import { etagIn } from './answer.ts';
import { collect } from './collect.ts';
import { conditionOf, lossOf } from './condition.ts';
import { placement } from './placement.ts';
import { readObject } from './read.ts';
import type { Session } from './session.ts';
import { uploadStream } from './upload.ts';
import { expectWritten } from './written.ts';

type Written = { readonly etag: string };

export async function writeObject(
  session: Session,
  key: string,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  { condition, signal }: { readonly condition?: PutCondition; readonly signal?: AbortSignal },
): Promise<Written> {
  if (condition !== undefined && 'ifMatch' in condition && isImmutable(key)) {
    throw new StoreError('bad-key', `${key}: objects are not written over a version; use a new key`, { key });
  }
  if (body instanceof Uint8Array) return writeBytes(session, key, body, condition, signal);
  // A refused body that is still on its way can arrive as a broken connection: who wants an answer sends a buffer.
  if (condition !== undefined && !isBlob(key))
    return writeBytes(session, key, await collect(body, signal), condition, signal);
  return uploadStream(session, key, body, { condition, signal }, (bytes) =>
    writeBytes(session, key, bytes, condition, signal),
  );
}

async function writeBytes(
  session: Session,
  key: string,
  bytes: Uint8Array,
  condition: PutCondition | undefined,
  signal: AbortSignal | undefined,
): Promise<Written> {
  const input = {
    Bucket: session.bucket,
    Key: session.prefix + key,
    Body: bytes,
    ...conditionOf(condition),
    ...placement(session.settings, key),
  };
  let mayBeDone = false;
  try {
    const { ETag, attempts } = await session.call(
      { operation: 'PutObject', key },
      signal,
      async (client, options) => {
        const sent = await session.direct.put(input, signal);
        if (typeof sent === 'object') return { ...sent, attempts: 1 };
        if (sent === 'lost')
          throw new StoreError('precondition-failed', `${key} was changed meanwhile`, { key });
        mayBeDone = sent === 'broken';
        const output = await client.send(new PutObjectCommand(input), options);
        return { ETag: output.ETag, attempts: (mayBeDone ? 1 : 0) + (output.$metadata.attempts ?? 1) };
      },
    );
    if (attempts > 1 && isBlob(key)) await expectWritten(session, key, bytes.length, signal);
    return { etag: etagIn(ETag) };
  } catch (error) {
    const lost = lossOf(error, key, condition);
    if (lost === undefined) throw error;
    mayBeDone ||= (answerOf(error)?.attempts ?? 1) > 1;
    const own = mayBeDone ? await ownEarlierTry(session, key, bytes, signal) : undefined;
    if (own === undefined) throw lost;
    return own;
  }
}

/** A try whose answer got lost may have been done: then the next one is refused because of it. */
async function ownEarlierTry(
  session: Session,
  key: string,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Written | undefined> {
  const found = await readObject(session, key, undefined, signal);
  if (found === undefined || found.sizeBytes !== bytes.length) return undefined;
  return Buffer.from(bytes).equals(await collect(found.body, signal)) ? { etag: found.etag } : undefined;
}

import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, HeadObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { StoreError } from '../../errors.ts';
import type { StoredBody } from '../../ports.ts';
import { answerOf, failureOf } from './failure.ts';
import { answeredAt, etagIn } from './answer.ts';
import type { Session } from './session.ts';

export interface Range {
  readonly from: number;
  readonly to: number;
}

type Head = Omit<StoredBody, 'body'>;

interface Opened {
  readonly head: Head;
  readonly stream: Readable;
  readonly lengthBytes: number;
}

/** Read at once: its connection is free again, and the SDK has compared its checksum before anyone sees it. */
const SMALL_BYTES = 256 * 1024;
const MAX_BROKEN = 6;
const BROKEN_MILLISECONDS = 200;

export async function readObject(
  session: Session,
  key: string,
  range?: Range,
  signal?: AbortSignal,
): Promise<StoredBody | undefined> {
  for (let broken = 0; ; broken += 1) {
    const opened = await open(session, key, { range }, signal);
    if (opened === undefined) return range === undefined ? undefined : emptyRange(session, key, signal);
    const { head, stream, lengthBytes } = opened;
    if (lengthBytes > SMALL_BYTES) return { ...head, body: resumed(session, opened, range, signal) };
    try {
      return { ...head, body: once(await readWhole(stream, lengthBytes)) };
    } catch (error) {
      // Again and again: it stands so in the store.
      if (isMismatch(error) && broken >= MAX_BROKEN) throw damaged(session, key, String(error), error);
      await pauseOrThrow(error, broken, session, key, signal);
    }
  }
}

/** In the SDK's words: all of a body came, and it is not what the store has a checksum of. */
function isMismatch(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Checksum mismatch');
}

async function open(
  session: Session,
  key: string,
  { range, etag }: { readonly range: Range | undefined; readonly etag?: string },
  signal: AbortSignal | undefined,
): Promise<Opened | undefined> {
  const command = new GetObjectCommand({
    Bucket: session.bucket,
    Key: session.prefix + key,
    ...(range !== undefined && { Range: `bytes=${range.from}-${range.to}` }),
    ...(etag !== undefined && { IfMatch: `"${etag}"` }),
  });
  try {
    const output = await session.call({ operation: 'GetObject', key }, signal, (client, options) =>
      client.send(command, options),
    );
    const { Body: stream, ContentLength: lengthBytes } = output;
    if (!(stream instanceof Readable) || lengthBytes === undefined) {
      throw new StoreError('store-unsuitable', `the store gave ${key} without its length`, { key });
    }
    // Told to whoever reads; before that it would end the process.
    stream.on('error', () => undefined);
    return { head: headOf(key, output), stream, lengthBytes };
  } catch (error) {
    if (isNoKey(error) || isNoRange(error)) return undefined;
    throw error;
  }
}

/** Nothing under the key, or nothing in the range. */
async function emptyRange(
  session: Session,
  key: string,
  signal: AbortSignal | undefined,
): Promise<StoredBody | undefined> {
  const head = await headObject(session, key, signal);
  return head === undefined ? undefined : { ...head, body: once(new Uint8Array()) };
}

export async function headObject(
  session: Session,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Head | undefined> {
  const command = new HeadObjectCommand({ Bucket: session.bucket, Key: session.prefix + key });
  try {
    const output = await session.call({ operation: 'HeadObject', key }, signal, (client, options) =>
      client.send(command, options),
    );
    return headOf(key, output);
  } catch (error) {
    if (isNoKey(error)) return undefined;
    throw error;
  }
}

function headOf(
  key: string,
  output: Pick<
    GetObjectCommandOutput,
    'ETag' | 'LastModified' | 'ContentLength' | 'ContentRange' | '$metadata'
  >,
): Head {
  const now = answeredAt(output);
  const total = /\/(\d+)$/.exec(output.ContentRange ?? '')?.[1];
  return {
    key,
    etag: etagIn(output.ETag),
    sizeBytes: total === undefined ? (output.ContentLength ?? 0) : Number(total),
    modifiedAt: output.LastModified?.toISOString() ?? now,
    answeredAt: now,
  };
}

async function readWhole(stream: Readable, lengthBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== lengthBytes) throw new Error(`expected ${lengthBytes} bytes, found ${bytes.length}`);
  return bytes;
}

/** Goes on after the last byte that came when the connection breaks, as long as the object is the same. */
async function* resumed(
  session: Session,
  opened: Opened,
  range: Range | undefined,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const { head, lengthBytes } = opened;
  const start = range?.from ?? 0;
  let { stream } = opened;
  let received = 0;
  let broken = 0;
  try {
    for (;;) {
      try {
        for await (const chunk of stream) {
          received += chunk.length;
          broken = 0;
          if (received > lengthBytes) throw damaged(session, head.key, `more than ${lengthBytes} bytes came`);
          yield chunk;
        }
        if (received === lengthBytes) return;
        throw new Error(`expected ${lengthBytes} bytes, found ${received}`);
      } catch (error) {
        // All is there and its checksum is not: those bytes are handed on already.
        if (received >= lengthBytes && !(error instanceof StoreError)) {
          throw damaged(session, head.key, String(error), error);
        }
        await pauseOrThrow(error, broken, session, head.key, signal);
        broken += 1;
      }
      const rest = { from: start + received, to: start + lengthBytes - 1 };
      const again = await reopen(session, head, rest, signal);
      stream = again.stream;
    }
  } finally {
    stream.destroy();
  }
}

async function reopen(
  session: Session,
  { key, etag }: Head,
  range: Range,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  const gone = new StoreError(
    'not-found',
    `${key} was replaced or removed while it was read; read it again`,
    { key },
  );
  let again: Opened | undefined;
  try {
    again = await open(session, key, { range, etag }, signal);
  } catch (error) {
    throw error instanceof StoreError && error.code === 'precondition-failed' ? gone : error;
  }
  if (again === undefined || again.head.etag !== etag) throw gone;
  if (again.lengthBytes !== range.to - range.from + 1) {
    again.stream.destroy();
    throw new StoreError('store-unsuitable', `the store does not give a part of ${key} when asked for one`, {
      key,
    });
  }
  return again;
}

async function pauseOrThrow(
  error: unknown,
  broken: number,
  session: Session,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  if (error instanceof StoreError) throw error;
  if (broken >= MAX_BROKEN) throw failureOf(error, { operation: 'GetObject', key }, session);
  await sleep(
    Math.random() * BROKEN_MILLISECONDS * 2 ** broken,
    undefined,
    signal === undefined ? {} : { signal },
  );
}

function damaged({ bucket }: Session, key: string, what: string, cause?: unknown): StoreError {
  return new StoreError(
    'store-corrupt',
    `${key} came damaged from bucket ${bucket}: ${what}; if it does so again, sluice store check --deep tells what to do`,
    { key, cause },
  );
}

function isNoKey(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'not-found' && answerOf(error)?.status === 404;
}

function isNoRange(error: unknown): boolean {
  return answerOf(error)?.status === 416;
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../../errors.ts';
import type { StoredBody } from '../../ports.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure.ts';
import { headObject, openObject, type Head, type Opened, type Range } from './open.ts';
import { addTo, refuseMismatch } from './checksum.ts';
import type { Session } from './session.ts';

/** Read at once: its connection is free again, and its checksum is compared before anyone sees it. */
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
    const opened = await openObject(session, key, { range }, signal);
    if (opened === undefined) return range === undefined ? undefined : emptyRange(session, key, signal);
    const { head, lengthBytes } = opened;
    if (lengthBytes > SMALL_BYTES) return { ...head, body: resumed(session, opened, range, signal) };
    try {
      return { ...head, body: once(await readWhole(opened)) };
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

/** Nothing under the key, or nothing in the range. */
async function emptyRange(
  session: Session,
  key: string,
  signal: AbortSignal | undefined,
): Promise<StoredBody | undefined> {
  const head = await headObject(session, key, signal);
  return head === undefined ? undefined : { ...head, body: once(new Uint8Array()) };
}

async function readWhole({ stream, lengthBytes, checksum }: Opened): Promise<Uint8Array> {
  const bytes = await collect(stream);
  if (bytes.length !== lengthBytes) throw new Error(`expected ${lengthBytes} bytes, found ${bytes.length}`);
  addTo(checksum, bytes);
  refuseMismatch(checksum);
  return bytes;
}

/** Goes on after the last byte that came when the connection breaks, as long as the object is the same. */
async function* resumed(
  session: Session,
  opened: Opened,
  range: Range | undefined,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const { head, lengthBytes, checksum } = opened;
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
          addTo(checksum, chunk);
          yield chunk;
        }
        if (received === lengthBytes) {
          refuseMismatch(checksum);
          return;
        }
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
    again = await openObject(session, key, { range, etag }, signal);
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

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

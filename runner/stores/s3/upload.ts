import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { etagIn } from './answer.ts';
import { answerOf, type Operation } from './failure.ts';
import { placement } from './placement.ts';
import { headObject } from './read.ts';
import type { Session } from './session.ts';

type Written = { readonly etag: string };

/** Of all uploads together, so that many at once take no more memory than a few. */
const PARTS_IN_FLIGHT = 12;
const MAX_PARTS_IN_FLIGHT = 4;

/** What ends within the size of a part goes as one request, `writeBytes`; more in parallel parts. */
export async function uploadStream(
  session: Session,
  key: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
  writeBytes: (bytes: Uint8Array) => Promise<Written>,
): Promise<Written> {
  const source = body[Symbol.asyncIterator]();
  try {
    const start: Uint8Array[] = [];
    for (let bytes = 0; bytes < session.sizes.partBytes;) {
      const { done, value } = await source.next();
      signal?.throwIfAborted();
      if (done === true) return await writeBytes(Buffer.concat(start));
      start.push(value);
      bytes += value.length;
    }
    return await uploadParts(session, key, start, source, signal);
  } catch (error) {
    await source.return?.();
    throw error;
  }
}

async function uploadParts(
  session: Session,
  key: string,
  start: Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Written> {
  const stop = new AbortController();
  let sentBytes = 0;

  /** Ends early when a part failed: the uploader would send all others first. */
  async function* chunks(): AsyncIterable<Uint8Array> {
    for (let chunk = start.shift(); chunk !== undefined; chunk = start.shift()) {
      sentBytes += chunk.length;
      yield chunk;
    }
    for (;;) {
      const { done, value } = await rest.next();
      signal?.throwIfAborted();
      stop.signal.throwIfAborted();
      if (done === true) return;
      sentBytes += value.length;
      yield value;
    }
  }

  session.uploads += 1;
  try {
    const upload = new Upload({
      client: sending(session, key, signal, stop),
      params: {
        Bucket: session.bucket,
        Key: session.prefix + key,
        Body: Readable.from(chunks()),
        ...placement(session.settings),
      },
      partSize: session.sizes.partBytes,
      queueSize: Math.max(1, Math.min(MAX_PARTS_IN_FLIGHT, Math.floor(PARTS_IN_FLIGHT / session.uploads))),
    });
    const { ETag } = await upload.done();
    return { etag: etagIn(ETag) };
  } catch (error) {
    signal?.throwIfAborted();
    const first: unknown = stop.signal.aborted ? stop.signal.reason : error;
    const own = await ownCompletion(session, key, sentBytes, first, signal);
    if (own !== undefined) return own;
    throw first;
  } finally {
    session.uploads -= 1;
  }
}

/** The uploader's client: each of its requests is counted, told apart and stopped like all others. */
function sending(
  session: Session,
  key: string,
  signal: AbortSignal | undefined,
  stop: AbortController,
): S3Client {
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  return Object.create(session.clients.quick, {
    send: {
      async value(command: Parameters<S3Client['send']>[0]) {
        const doing = {
          operation: operationOf(command),
          key,
          isSlow: command instanceof CompleteMultipartUploadCommand,
        };
        // What was uploaded goes away also when this upload is stopped.
        if (command instanceof AbortMultipartUploadCommand) {
          return session.call(doing, undefined, (client) => client.send(command));
        }
        try {
          return await session.call(doing, both, (client, options) => client.send(command, options));
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      },
    },
  });
}

function operationOf(command: { readonly constructor: { readonly name: string } }): Operation {
  return command.constructor.name.replace(/Command$/, '') as Operation;
}

/** Completed by a try whose answer got lost: the next one finds no such upload any more. */
async function ownCompletion(
  session: Session,
  key: string,
  sizeBytes: number,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<Written | undefined> {
  const answer = answerOf(error);
  if (answer?.name !== 'NoSuchUpload' || answer.attempts < 2) return undefined;
  const found = await headObject(session, key, signal);
  if (found === undefined || found.sizeBytes !== sizeBytes) return undefined;
  return { etag: found.etag };
}

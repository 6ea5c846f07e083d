import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { StoreError } from '../../errors.ts';
import type { StoredBody } from '../../ports.ts';
import { answeredAt, etagIn } from './answer.ts';
import type { Checksum } from './checksum.ts';
import { answerOf } from './failure.ts';
import type { Session } from './session.ts';

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What is known of an object without its bytes. */
export type Head = Omit<StoredBody, 'body'>;

/** A body that begins to come. */
export interface Opened {
  readonly head: Head;
  readonly stream: Readable;
  readonly lengthBytes: number;
  /** To be compared here; without it the SDK does. */
  readonly checksum?: Checksum | undefined;
}

/** Undefined where there is nothing under the key, or nothing in the range. */
export async function openObject(
  session: Session,
  key: string,
  { range, etag }: { readonly range: Range | undefined; readonly etag?: string },
  signal: AbortSignal | undefined,
): Promise<Opened | undefined> {
  const input = {
    Bucket: session.bucket,
    Key: session.prefix + key,
    ...(range !== undefined && { Range: `bytes=${range.from}-${range.to}` }),
    ...(etag !== undefined && { IfMatch: `"${etag}"` }),
  };
  try {
    const opened = await session.call(
      { operation: 'GetObject', key },
      signal,
      async (client, options) =>
        (await openDirectly(session, key, input, signal)) ??
        openBySdk(key, await client.send(new GetObjectCommand(input), options)),
    );
    if (opened === 'nothing') return undefined;
    // Told to whoever reads; before that it would end the process.
    opened.stream.on('error', () => undefined);
    return opened;
  } catch (error) {
    if (isNoKey(error) || isNoRange(error)) return undefined;
    throw error;
  }
}

function openBySdk(key: string, output: GetObjectCommandOutput): Opened {
  const { Body: stream, ContentLength: lengthBytes } = output;
  if (!(stream instanceof Readable) || lengthBytes === undefined) {
    throw new StoreError('store-unsuitable', `the store gave ${key} without its length`, { key });
  }
  return { head: headOf(key, output, answeredAt(output)), stream, lengthBytes };
}

async function openDirectly(
  session: Session,
  key: string,
  input: GetObjectCommandInput & { readonly Key: string },
  signal: AbortSignal | undefined,
): Promise<Opened | 'nothing' | undefined> {
  const got = await session.direct.get(input, signal);
  if (typeof got !== 'object') return got;
  const { headers, body: stream } = got.answer;
  const lengthBytes = Number(headers['content-length']);
  const head = headOf(
    key,
    {
      ETag: headers['etag'],
      ContentLength: lengthBytes,
      ContentRange: headers['content-range'],
      LastModified: dateOf(headers['last-modified']),
    },
    (dateOf(headers['date']) ?? new Date()).toISOString(),
  );
  return { head, stream, lengthBytes, checksum: got.checksum };
}

function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
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
    return headOf(key, output, answeredAt(output));
  } catch (error) {
    if (isNoKey(error)) return undefined;
    throw error;
  }
}

function headOf(
  key: string,
  output: Pick<GetObjectCommandOutput, 'ETag' | 'LastModified' | 'ContentLength' | 'ContentRange'>,
  now: string,
): Head {
  const total = /\/(\d+)$/.exec(output.ContentRange ?? '')?.[1];
  return {
    key,
    etag: etagIn(output.ETag),
    sizeBytes: total === undefined ? (output.ContentLength ?? 0) : Number(total),
    modifiedAt: output.LastModified?.toISOString() ?? now,
    answeredAt: now,
  };
}

function isNoKey(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'not-found' && answerOf(error)?.status === 404;
}

function isNoRange(error: unknown): boolean {
  return answerOf(error)?.status === 416;
}

import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import type { GetObjectCommandInput, PutObjectCommandInput } from '@aws-sdk/client-s3';
import { pathOf, type HttpRequest } from './pattern.ts';
import type { Session } from './session.ts';

export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

type Sent = Answer | 'not sent' | 'broken';

/** Since Node 20.15 and 22.2; before, all goes through the SDK. */
const crc32: ((bytes: Uint8Array, before?: number) => number) | undefined = zlib.crc32;

/**
 * Reads by the pattern of an earlier request. Undefined: it has to be asked by the SDK, which knows what to do about
 * everything that is not plainly an answer: try again, find the region, set its clock, and say what is wrong.
 */
export async function repeatGet(
  session: Session,
  input: GetObjectCommandInput & { readonly Key: string },
  signal: AbortSignal | undefined,
): Promise<Answer | 'nothing' | undefined> {
  if (crc32 === undefined) return undefined;
  const sent = await send(session, 'GetObject', input, signal);
  if (typeof sent === 'string') return undefined;
  const { statusCode, headers, body } = sent;
  const wanted = input.Range === undefined ? 200 : 206;
  if (statusCode === wanted && /^\d+$/.test(headers['content-length'] ?? '')) return sent;
  if (statusCode === 404 && (await textOf(body)).includes('<Code>NoSuchKey</Code>')) return 'nothing';
  body.destroy();
  return undefined;
}

/** Writes likewise. `broken`: it may have been done; `not done`: it was not. */
export async function repeatPut(
  session: Session,
  input: PutObjectCommandInput & { readonly Key: string; readonly Body: Uint8Array },
  signal: AbortSignal | undefined,
): Promise<{ readonly ETag: string } | 'broken' | 'not done'> {
  const sent = await send(session, 'PutObject', input, signal);
  if (sent === 'broken') return sent;
  if (sent === 'not sent') return 'not done';
  const { statusCode, headers, body } = sent;
  const ETag = headers['etag'];
  if (statusCode === 200 && ETag !== undefined) {
    body.resume();
    return { ETag };
  }
  body.destroy();
  return statusCode >= 400 && statusCode < 500 ? 'not done' : 'broken';
}

/** The checksum of what has been read so far, `expected` by the store. */
export interface Checksum {
  readonly expected: number;
  found: number;
}

/** Undefined where the store tells none of the whole, or of all of an answer to a range. */
export function checksumIn({ headers }: Answer): Checksum | undefined {
  const text = headers['x-amz-checksum-crc32'];
  const isWhole = headers['content-range'] === undefined && headers['x-amz-checksum-type'] !== 'COMPOSITE';
  if (text === undefined || !isWhole || text.includes('-')) return undefined;
  return { expected: Buffer.from(text, 'base64').readUInt32BE(0), found: 0 };
}

export function addTo(checksum: Checksum | undefined, bytes: Uint8Array): void {
  if (checksum !== undefined) checksum.found = crc32?.(bytes, checksum.found) ?? checksum.expected;
}

/** In the SDK's words. */
export function refuseMismatch(checksum: Checksum | undefined): void {
  if (checksum === undefined || checksum.expected === checksum.found) return;
  throw new Error(`Checksum mismatch: expected CRC32 ${checksum.expected}, found ${checksum.found}`);
}

async function send(
  { clients }: Session,
  command: 'GetObject' | 'PutObject',
  input: (GetObjectCommandInput | PutObjectCommandInput) & {
    readonly Key: string;
    readonly Body?: Uint8Array;
  },
  signal: AbortSignal | undefined,
): Promise<Sent> {
  const pattern = clients.patterns(command, input);
  if (pattern === undefined) return 'not sent';
  const { Key, Body } = input;
  const checksum = Body === undefined || !pattern.hasChecksum ? {} : checksumOf(Body);
  if (checksum === undefined) return 'not sent';
  const request: HttpRequest = {
    ...pattern.request,
    path: pattern.pathPrefix + pathOf(Key),
    headers: {
      ...pattern.request.headers,
      ...(input.IfMatch !== undefined && { 'if-match': input.IfMatch }),
      ...(input.IfNoneMatch !== undefined && { 'if-none-match': input.IfNoneMatch }),
      ...('Range' in input && input.Range !== undefined && { range: input.Range }),
      ...(Body !== undefined && { 'content-length': String(Body.length) }),
      ...checksum,
    },
    ...(Body !== undefined && { body: Body }),
  };
  try {
    const signed = await pattern.sign(request);
    const options = signal === undefined ? {} : { abortSignal: signal };
    const { response } = await clients.quick.config.requestHandler.handle(signed as never, options);
    return isAnswer(response) ? response : 'broken';
  } catch {
    return 'broken';
  }
}

function checksumOf(bytes: Uint8Array): { readonly 'x-amz-checksum-crc32': string } | undefined {
  if (crc32 === undefined) return undefined;
  const binary = Buffer.alloc(4);
  binary.writeUInt32BE(crc32(bytes));
  return { 'x-amz-checksum-crc32': binary.toString('base64') };
}

function isAnswer(response: object): response is Answer {
  return (
    'statusCode' in response &&
    'headers' in response &&
    'body' in response &&
    response.body instanceof Readable
  );
}

async function textOf(body: Readable): Promise<string> {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  } catch {
    return '';
  }
}

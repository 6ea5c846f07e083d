import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import type { GetObjectCommandInput, PutObjectCommandInput } from '@aws-sdk/client-s3';
import { collect } from './collect.ts';
import { pathOf, type HttpRequest } from './pattern.ts';
import type { Session } from './session.ts';

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** As long as an error is told in. */
const SHORT_BYTES = 16 * 1024;

const PASSING_MILLISECONDS = 100;

type Sent = Answer | 'not sent' | 'broken';

/** Since Node 20.15 and 22.2; before, all goes through the SDK. */
const crc32: ((bytes: Uint8Array, before?: number) => number) | undefined = zlib.crc32;

/** An answer's body, and what it is compared with. */
export interface Got {
  readonly answer: Answer;
  readonly checksum: Checksum | undefined;
}

/**
 * Reads by the pattern of an earlier request. Undefined: it has to be asked by the SDK, which knows what to do about
 * everything that is not plainly an answer: try again, find the region, set its clock, and say what is wrong.
 */
export async function repeatGet(
  session: Session,
  input: GetObjectCommandInput & { readonly Key: string },
  signal: AbortSignal | undefined,
): Promise<Got | 'nothing' | undefined> {
  if (crc32 === undefined) return undefined;
  const sent = await send(session, 'GetObject', input, signal);
  if (sent === 'not sent') return undefined;
  if (sent === 'broken') return passing(signal);
  const { statusCode, headers, body } = sent;
  const wanted = input.Range === undefined ? 200 : 206;
  if (statusCode === wanted && /^\d+$/.test(headers['content-length'] ?? '')) {
    const checksum = checksumIn(headers);
    if (checksum !== 'unknown') return { answer: sent, checksum };
    session.clients.patterns.drop('GetObject', input);
    body.destroy();
    return undefined;
  }
  if (statusCode === 404) {
    const said = await collect(body).catch(() => '');
    if (said.includes('<Code>NoSuchKey</Code>')) return 'nothing';
  }
  leave(sent);
  if (mayPass(statusCode)) await passing(signal);
  return undefined;
}

/**
 * Writes likewise. `lost`: its condition does not hold; `broken`: it may have been done; `not done`: it was not, and
 * the SDK is to do it.
 */
export async function repeatPut(
  session: Session,
  input: PutObjectCommandInput & { readonly Key: string; readonly Body: Uint8Array },
  signal: AbortSignal | undefined,
): Promise<{ readonly ETag: string } | 'lost' | 'broken' | 'not done'> {
  const sent = await send(session, 'PutObject', input, signal);
  if (sent === 'not sent') return 'not done';
  if (sent === 'broken') {
    await passing(signal);
    return sent;
  }
  const { statusCode, headers } = sent;
  const ETag = headers['etag'];
  leave(sent);
  if (statusCode === 200 && ETag !== undefined) return { ETag };
  if (statusCode === 412) return 'lost';
  if (mayPass(statusCode)) await passing(signal);
  return statusCode >= 400 && statusCode < 500 ? 'not done' : 'broken';
}

function mayPass(statusCode: number): boolean {
  return statusCode === 429 || statusCode >= 500;
}

/** Of many that met the same trouble not all are to ask again at once. The SDK does the waiting after that. */
async function passing(signal: AbortSignal | undefined): Promise<undefined> {
  await sleep(Math.random() * PASSING_MILLISECONDS, undefined, signal === undefined ? {} : { signal });
}

/** Reads what is left of a short answer, so that its connection can be used again. */
function leave({ headers, body }: Answer): void {
  if (Number(headers['content-length'] ?? 0) <= SHORT_BYTES) body.resume();
  else body.destroy();
}

/** The checksum of what has been read so far, `expected` by the store. */
export interface Checksum {
  readonly expected: number;
  found: number;
}

/** Undefined where the store tells none of the whole; `unknown`: one that only the SDK can compare. */
function checksumIn(headers: Answer['headers']): Checksum | undefined | 'unknown' {
  const isPart = headers['content-range'] !== undefined || headers['x-amz-checksum-type'] === 'COMPOSITE';
  const told = Object.entries(headers).filter(
    ([name, value]) => /^x-amz-checksum-(?!type$|mode$)/.test(name) && !value.includes('-'),
  );
  if (isPart || told.length === 0) return undefined;
  const bytes = Buffer.from(headers['x-amz-checksum-crc32'] ?? '', 'base64');
  return bytes.length === 4 ? { expected: bytes.readUInt32BE(0), found: 0 } : 'unknown';
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
  const pattern = clients.patterns.find(command, input);
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

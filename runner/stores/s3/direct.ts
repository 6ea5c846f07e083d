import { setTimeout as sleep } from 'node:timers/promises';
import type { GetObjectCommandInput, PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { canCheck, checksumIn, checksumOf, type Checksum } from './checksum.ts';
import { collect } from './collect.ts';
import { createSend, type Endpoint, type HttpAnswer, type Send } from './send.ts';

/**
 * Requests for one small object, past the SDK's commands: for each of these it finds out anew where it goes and what
 * it is made of, which takes three times as long as sending it. Whatever is not plainly an answer is left to the SDK,
 * which alone knows what to do about it: try again, find the region, set its clock, and say what is wrong.
 */
export interface Direct {
  /** Undefined: it is to be asked by the SDK. */
  get(input: GetInput, signal: AbortSignal | undefined): Promise<Got | 'nothing' | undefined>;
  /**
   * `lost`: its condition does not hold; `broken`: it may have been done; `not done`: it was not. After both the SDK is
   * to do it.
   */
  put(
    input: PutInput,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly ETag: string } | 'lost' | 'broken' | 'not done'>;
}

type GetInput = GetObjectCommandInput & { readonly Key: string };
type PutInput = PutObjectCommandInput & { readonly Key: string; readonly Body: Uint8Array };

/** An answer's body, and what it is compared with. */
export interface Got {
  readonly answer: HttpAnswer;
  readonly checksum: Checksum | undefined;
}

/** By the SDK's names for what an input says of a request beside its place and body. */
const HEADERS: ReadonlyMap<string, string> = new Map([
  ['IfMatch', 'if-match'],
  ['IfNoneMatch', 'if-none-match'],
  ['Range', 'range'],
  ['ServerSideEncryption', 'x-amz-server-side-encryption'],
  ['SSEKMSKeyId', 'x-amz-server-side-encryption-aws-kms-key-id'],
  ['StorageClass', 'x-amz-storage-class'],
  ['Tagging', 'x-amz-tagging'],
]);
const PLACE_AND_BODY: ReadonlySet<string> = new Set(['Bucket', 'Key', 'Body']);

/** As long as an error is told in. */
const SHORT_BYTES = 16 * 1024;

const PASSING_MILLISECONDS = 100;

/** While the bucket's endpoint is not known, and on a Node that cannot check bodies, all is the SDK's. */
export function createDirect(client: S3Client, endpointNow: () => Endpoint | undefined): Direct {
  const { config } = client;
  let found: { readonly send: Send | undefined } | undefined;
  let hasOtherChecksums = false;

  function sender(): Send | undefined {
    const endpoint = canCheck ? endpointNow() : undefined;
    if (endpoint !== undefined) found ??= { send: createSend(client, endpoint) };
    return found?.send;
  }

  return {
    async get(input, signal) {
      const send = sender();
      const named = headersOf(input);
      if (send === undefined || named === undefined || hasOtherChecksums) return undefined;
      const wantsChecksum = (await config.responseChecksumValidation()) === 'WHEN_SUPPORTED';
      const headers = { ...named, ...(wantsChecksum && { 'x-amz-checksum-mode': 'ENABLED' }) };
      const sent = await send({ method: 'GET', key: input.Key, headers }, signal);
      if (sent === 'not sent') return undefined;
      if (sent === 'broken') return passing(signal);
      const { statusCode, body } = sent;
      const wanted = input.Range === undefined ? 200 : 206;
      if (statusCode === wanted && /^\d+$/.test(sent.headers['content-length'] ?? '')) {
        const checksum = checksumIn(sent.headers);
        if (checksum !== 'unknown') return { answer: sent, checksum };
        // Of the next ones too, likely: each would be asked for twice.
        hasOtherChecksums = true;
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
    },

    async put(input, signal) {
      const send = sender();
      const named = headersOf(input);
      if (send === undefined || named === undefined) return 'not done';
      const { Key: key, Body: body } = input;
      const hasChecksum = (await config.requestChecksumCalculation()) === 'WHEN_SUPPORTED';
      const headers = {
        ...named,
        'content-type': 'application/octet-stream',
        'content-length': String(body.length),
        ...(hasChecksum && { 'x-amz-checksum-crc32': checksumOf(body) }),
      };
      const sent = await send({ method: 'PUT', key, headers, body }, signal);
      if (sent === 'not sent') return 'not done';
      if (sent === 'broken') {
        await passing(signal);
        return sent;
      }
      const { statusCode } = sent;
      const ETag = sent.headers['etag'];
      leave(sent);
      if (statusCode === 200 && ETag !== undefined) return { ETag };
      if (statusCode === 412) return 'lost';
      if (mayPass(statusCode)) await passing(signal);
      return statusCode >= 400 && statusCode < 500 ? 'not done' : 'broken';
    },
  };
}

/** Undefined where something is said that is not known here. */
function headersOf(input: GetInput | PutInput): Readonly<Record<string, string>> | undefined {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(input)) {
    if (PLACE_AND_BODY.has(name)) continue;
    const header = HEADERS.get(name);
    if (header === undefined || typeof value !== 'string') return undefined;
    headers.set(header, value);
  }
  return Object.fromEntries(headers);
}

function mayPass(statusCode: number): boolean {
  return statusCode === 429 || statusCode >= 500;
}

/** Of many that met the same trouble not all are to ask again at once. The SDK does the waiting after that. */
async function passing(signal: AbortSignal | undefined): Promise<undefined> {
  await sleep(Math.random() * PASSING_MILLISECONDS, undefined, signal === undefined ? {} : { signal });
}

/** Reads what is left of a short answer, so that its connection can be used again. */
function leave({ headers, body }: HttpAnswer): void {
  if (Number(headers['content-length'] ?? 0) <= SHORT_BYTES) body.resume();
  else body.destroy();
}

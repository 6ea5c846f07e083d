import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { errorAnswer, withoutHeaders, type Answer } from './answer.ts';

/** What S3 allows between the clock of who signs and its own. */
const ALLOWED_SKEW_MILLISECONDS = 15 * 60_000;

/**
 * The server's clock as the client sees it: `Date` and `Last-Modified` are shifted together, and a signature by
 * another clock is refused. What passes is signed anew by the server's true time.
 */
export interface ShiftedClock {
  set(seconds: number): void;
  now(): Date;
  refusal(incoming: IncomingMessage): Answer | undefined;
  signed(incoming: IncomingMessage): string[];
  shifted(answer: Answer): Answer;
}

export function createShiftedClock(secret: string): ShiftedClock {
  let milliseconds = 0;
  const now = (): Date => new Date(Date.now() + milliseconds);
  const shift = (time: string): Date => new Date(Date.parse(time) + milliseconds);

  return {
    set: (seconds) => void (milliseconds = seconds * 1000),
    now,

    refusal({ headers }) {
      if (milliseconds === 0) return undefined;
      const skew = Math.abs(now().getTime() - Date.parse(spelledOut(String(headers['x-amz-date']))));
      if (skew <= ALLOWED_SKEW_MILLISECONDS) return undefined;
      return errorAnswer(403, 'RequestTimeTooSkewed');
    },

    signed(incoming) {
      return milliseconds === 0 ? incoming.rawHeaders : signedNow(incoming, secret);
    },

    shifted(answer) {
      if (milliseconds === 0) return answer;
      const headers = answer.headers.map((value, index) =>
        index % 2 === 1 && /^(date|last-modified)$/i.test(answer.headers[index - 1] ?? '')
          ? shift(value).toUTCString()
          : value,
      );
      const text = answer.body.toString('latin1');
      if (!text.startsWith('<?xml')) return { ...answer, headers };
      const body = text.replace(
        /(<LastModified>)([^<]+)/g,
        (_, tag: string, time: string) => tag + shift(time).toISOString(),
      );
      return { ...answer, headers, body: Buffer.from(body, 'latin1') };
    },
  };
}

/** Signature version 4, over the headers that were signed before. */
function signedNow(
  { method = '', url = '', headers, rawHeaders }: IncomingMessage,
  secret: string,
): string[] {
  const [, credential = '', names = ''] =
    /Credential=([^,]+), *SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const [keyId = '', , region = '', service = ''] = credential.split('/');
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const valueOf = (name: string): string =>
    name === 'x-amz-date'
      ? time
      : String(headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ');
  const [path = '', query = ''] = url.split('?');
  const canonical = [
    method,
    path,
    query
      .split('&')
      .filter((part) => part !== '')
      .map((part) => (part.includes('=') ? part : `${part}=`))
      .toSorted()
      .join('&'),
    ...names.split(';').map((name) => `${name}:${valueOf(name)}`),
    '',
    names,
    valueOf('x-amz-content-sha256'),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
  const signature = hmac(key, text).toString('hex');
  return [
    ...withoutHeaders(rawHeaders, /^(authorization|x-amz-date)$/i),
    'X-Amz-Date',
    time,
    'Authorization',
    `AWS4-HMAC-SHA256 Credential=${[keyId, ...scope].join('/')}, SignedHeaders=${names}, Signature=${signature}`,
  ];
}

/** `20210129T130000Z` as `Date` reads it. */
function spelledOut(time: string): string {
  return time.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)/, '$1-$2-$3:$4:');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

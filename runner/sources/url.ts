import { messageOf } from '../errors.ts';
import type { Probed } from '../model/source.ts';

export interface UrlOptions {
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
}

/** Answers to HEAD after which GET is worth asking: the server has something against the method. */
const TRY_GET: ReadonlySet<number> = new Set([400, 403, 405, 500, 501]);

/** Whether a URL answers; no more of its body is read than a server sends before it notices that nobody listens. */
export async function probeUrl(url: string, options: UrlOptions): Promise<Probed> {
  const problem = problemOf(url);
  if (problem !== undefined) return { kind: 'invalid', message: problem };
  try {
    const head = await ask(url, { method: 'HEAD' }, options);
    const answer = TRY_GET.has(head.status)
      ? await ask(url, { method: 'GET', headers: { Range: 'bytes=0-0' } }, options)
      : head;
    return read(url, answer);
  } catch (error) {
    options.signal.throwIfAborted();
    return { kind: 'not-ready', answer: `${url}: ${wordsOf(error, options.timeoutMs)}` };
  }
}

interface Asking {
  readonly method: 'HEAD' | 'GET';
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(
  url: string,
  { method, headers }: Asking,
  { signal, fetch, timeoutMs }: UrlOptions,
): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: { 'Accept-Encoding': 'identity', ...headers },
    redirect: 'follow',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  // It may be without end.
  await response.body?.cancel();
  return response;
}

function read(url: string, { status, headers }: Response): Probed {
  // Nothing in the range that was asked for: it is there, and empty.
  const isEmpty = status === 416 && totalOf(headers) === '0';
  if (!isEmpty && (status < 200 || status > 299)) return { kind: 'not-ready', answer: `${status} ${url}` };
  const modified = Date.parse(headers.get('last-modified') ?? '');
  const answered = Date.parse(headers.get('date') ?? '');
  const etag = headers.get('etag');
  const age =
    Number.isNaN(modified) || Number.isNaN(answered) ? '' : String(Math.max(0, answered - modified) / 1000);
  const size = status === 200 ? (headers.get('content-length') ?? '') : totalOf(headers);
  return {
    kind: 'ready',
    external: {
      uri: url,
      ...(etag === null ? {} : { etag }),
      ...(Number.isNaN(modified) ? {} : { modifiedAt: new Date(modified).toISOString() }),
      objects: [],
    },
    values: { status: String(status), size: /^\d+$/.test(size) ? size : '', age },
  };
}

/** `bytes 0-0/1234`: of how many. */
function totalOf(headers: Headers): string {
  return /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? '';
}

function problemOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return `expected https://… or http://…, found "${text}"`;
  }
  return url.username === '' && url.password === ''
    ? undefined
    : `expected an address without a name and a password, found some for ${url.host}: they would stand in records`;
}

function wordsOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `no answer within ${timeoutMs / 1000} s`;
  const { cause } = error instanceof Error ? error : {};
  return cause === undefined ? messageOf(error) : messageOf(cause);
}

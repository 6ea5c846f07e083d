import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { S3Settings } from '../../../runner/model/store-ref.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { createS3Store } from '../../../runner/stores/s3/store.ts';

/** A request as a server sees it. */
export interface Asked {
  readonly method: string;
  /** Decoded, without the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The connection breaks: without an answer, or after so many bytes of the body. */
  readonly resetAfter?: number | 'nothing';
}

/** A server that answers as it is told, and the store that asks it. */
export interface Answers extends AsyncDisposable {
  readonly endpoint: string;
  readonly asked: readonly Asked[];
  open(settings?: S3Settings): Promise<ObjectStore>;
}

export async function startAnswers(answer: (asked: Asked, count: number) => Answer): Promise<Answers> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => void respond(request, response));

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const one: Asked = {
      method: request.method ?? '',
      key: decodeURIComponent(url.pathname.split('/').slice(2).join('/')),
      query: url.searchParams,
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: await buffer(request),
    };
    asked.push(one);
    const { status = 200, headers = {}, body = '', resetAfter } = answer(one, asked.length);
    const bytes = Buffer.from(body);
    if (resetAfter === 'nothing') {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { 'content-length': bytes.length, ...headers });
    if (resetAfter === undefined) {
      response.end(one.method === 'HEAD' ? undefined : bytes);
      return;
    }
    response.flushHeaders();
    if (resetAfter > 0) response.write(bytes.subarray(0, resetAfter));
    setImmediate(() => request.socket.destroySoon());
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  const endpoint = `http://127.0.0.1:${address.port}`;
  return {
    endpoint,
    asked,
    open: (settings = {}) =>
      createS3Store({
        kind: 's3',
        uri: 's3://acme/p',
        settings: { endpoint, region: 'us-east-1', ...settings },
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** S3's way to say that something failed. */
export function failure(status: number, code: string, message = 'no', headers = {}): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}

export function object(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    headers: { etag: '"e1"', 'last-modified': 'Fri, 29 Jan 2021 12:00:00 GMT', ...headers },
    body,
  };
}

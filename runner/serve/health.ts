import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { usageError } from '../errors.ts';
import type { Standing } from './serve.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '::1'];

/**
 * `127.0.0.1:8787`, `localhost:0`, `[::1]:8787`.
 *
 * @throws ProblemsError for what is no address of this machine alone.
 */
export function parseAddress(text: string): Address {
  const [, bare, bracketed, port = ''] = /^(?:([\w.-]+)|\[([0-9a-f:]+)\]):(\d{1,5})$/i.exec(text) ?? [];
  const host = (bare ?? bracketed ?? '').toLowerCase();
  if (LOOPBACK.includes(host) && Number(port) <= 65_535) return { host, port: Number(port) };
  throw usageError(
    'bad-listen',
    `expected an address of this machine alone for --listen, found "${text}"`,
    'write it as --listen 127.0.0.1:8787; 0 in the place of the port takes a free one',
  );
}

export interface Health {
  readonly address: Address;
  readonly close: () => Promise<void>;
}

/** A loop that comes round every two seconds and has not for so long hangs. */
const HANGS_MS = 60_000;

/**
 * `/healthz`: the loop goes on. `/readyz`: and what it needs is in reach. For this machine alone, whatever a browser on it
 * is made to ask: another host's name is refused, and nobody's body is read.
 */
export async function startHealth(address: Address, standing: Standing, now: () => number): Promise<Health> {
  const server = createServer(
    { maxHeaderSize: 4096, requestTimeout: 5000, headersTimeout: 5000 },
    (request, response) => {
      const { status, body } = answer(request, standing, now());
      send(response, status, body, request.method === 'HEAD');
    },
  );
  server.maxConnections = 64;
  server.keepAliveTimeout = 1000;
  await listen(server, address);
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return {
    address: { host: address.host, port },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

function answer(request: IncomingMessage, standing: Standing, nowMs: number): Answer {
  const refused = refusalOf(request);
  if (refused !== undefined) return refused;
  const turns = nowMs - standing.turnedAt() < HANGS_MS;
  const out = standing.out();
  switch (request.url) {
    case '/healthz':
      return turns ? { status: 200, body: { status: 'ok' } } : { status: 503, body: { status: 'hanging' } };
    case '/readyz':
      return turns && out.length === 0
        ? { status: 200, body: { status: 'ready' } }
        : { status: 503, body: { status: 'not ready', outOfReach: out } };
    default:
      return { status: 404, body: { status: 'there is /healthz and /readyz' } };
  }
}

function refusalOf({ method, headers }: IncomingMessage): Answer | undefined {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: { status: 'only GET' } };
  // A name that somebody has made point here is not this machine's own.
  const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '').replaceAll(/[[\]]/g, '');
  if (!LOOPBACK.includes(host)) return { status: 421, body: { status: 'another host was asked for' } };
  const hasBody = (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;
  return hasBody ? { status: 413, body: { status: 'no body is read' } } : undefined;
}

function send(response: ServerResponse, status: number, body: object, bare: boolean): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // What else comes on it is not read.
    ...(status >= 400 && { connection: 'close' }),
  });
  response.end(bare ? undefined : text);
}

function listen(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        usageError(
          'cannot-listen',
          `--listen ${host}:${port}: ${error.message}`,
          'name another port, or 0 for a free one',
        ),
      );
    });
    server.listen({ host, port }, () => resolve());
  });
}

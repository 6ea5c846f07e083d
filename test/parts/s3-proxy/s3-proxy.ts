import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createExchange } from './exchange.ts';
import { createHold, type Fault, type Hold, type HoldWhen } from './faults.ts';
import type { S3Operation, S3Request } from './request.ts';
import { createShiftedClock } from './shifted-clock.ts';

export interface Rule {
  readonly operation?: S3Operation | readonly S3Operation[];
  readonly key?: RegExp;
  readonly conditional?: boolean;
  /** The first of those that match to be hit, from 1. */
  readonly nth?: number;
  /** How many are hit from there; else all. */
  readonly times?: number;
  /** Asked of each that fits: only when this says so. */
  readonly chance?: () => boolean;
  readonly fault: Fault;
}

/** Stands before an S3 server, and does to each request what the first rule says that fits it. */
export interface S3Proxy extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** All that came, in order, whatever became of them. */
  readonly requests: readonly S3Request[];
  /** How often a rule has hit. */
  hits(): number;
  add(rule: Rule): void;
  /** Keeps the first request that fits. */
  hold(when: HoldWhen, rule: Omit<Rule, 'fault' | 'times'>): Hold;
  clear(): void;
  /** The server's clock, from now on, as who asks sees it. */
  setClock(seconds: number): void;
}

export async function startS3Proxy(server: {
  readonly endpoint: string;
  readonly env: { readonly AWS_SECRET_ACCESS_KEY: string };
}): Promise<S3Proxy> {
  const { hostname: host, port } = new URL(server.endpoint);
  const target = { host, port: Number(port) };
  const clock = createShiftedClock(server.env.AWS_SECRET_ACCESS_KEY);
  const ended = new AbortController();
  // As many as there are requests under way.
  setMaxListeners(0, ended.signal);
  const requests: S3Request[] = [];
  let rules: { readonly rule: Rule; seen: number }[] = [];
  let hits = 0;

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const exchange = createExchange(incoming, outgoing, target, clock, ended.signal);
    requests.push(exchange.request);
    try {
      await faultFor(exchange.request)(exchange);
    } catch (error) {
      exchange.reset();
      // The server or the client has gone; a test sees what that brings about.
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  };

  const faultFor = (request: S3Request): Fault => {
    for (const state of rules) {
      const { rule } = state;
      if (!fits(rule, request) || rule.chance?.() === false) continue;
      state.seen += 1;
      const { nth = 1, times = Infinity } = rule;
      if (state.seen < nth || state.seen >= nth + times) continue;
      hits += 1;
      return rule.fault;
    }
    return undisturbed;
  };

  const listening = createServer(
    { keepAliveTimeout: 0, requestTimeout: 0, noDelay: true },
    (incoming, outgoing) => void serve(incoming, outgoing),
  );
  await new Promise<void>((resolve) => void listening.listen(0, '127.0.0.1', resolve));
  const { port: own } = listening.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${own}`,
    requests,
    hits: () => hits,
    add: (rule) => void rules.push({ rule, seen: 0 }),
    hold(when, rule) {
      const hold = createHold(when);
      rules.push({ rule: { ...rule, times: 1, fault: hold.fault }, seen: 0 });
      return hold;
    },
    clear: () => void (rules = []),
    setClock: (seconds) => clock.set(seconds),
    async [Symbol.asyncDispose]() {
      ended.abort();
      listening.closeAllConnections();
      await new Promise((resolve) => listening.close(resolve));
    },
  };
}

const undisturbed: Fault = async ({ forward, reply }) => reply(await forward());

function fits({ operation, key, conditional }: Rule, request: S3Request): boolean {
  const operations = operation === undefined ? [request.operation] : [operation].flat();
  return (
    operations.includes(request.operation) &&
    (key?.test(request.key) ?? true) &&
    (conditional ?? request.conditional) === request.conditional
  );
}

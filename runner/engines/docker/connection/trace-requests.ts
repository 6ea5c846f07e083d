import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Trace } from '../../../ports.ts';

/**
 * Tells each request that goes by this agent when its answer begins, whoever makes it. Of the address only the path:
 * the query of a build holds its arguments. Returns what ends it.
 */
export function traceRequests(agent: Agent, trace: Trace): () => void {
  const began = new WeakMap<ClientRequest, number>();
  const isOurs = (message: unknown): message is { readonly request: ClientRequest & { agent?: unknown } } =>
    (message as { request?: { agent?: unknown } }).request?.agent === agent;
  const tell = (request: ClientRequest, outcome: string): void => {
    const took = Math.round(performance.now() - (began.get(request) ?? performance.now()));
    trace(`${request.method} ${request.path.replace(/\?.*$/, '')}: ${outcome} (${took} ms)`);
  };
  const onStart = (message: unknown): void => {
    if (!isOurs(message)) return;
    const { request } = message;
    began.set(request, performance.now());
    request.once('error', (error) => tell(request, error.message));
  };
  const onAnswer = (message: unknown): void => {
    if (!isOurs(message)) return;
    const { response } = message as unknown as { readonly response: IncomingMessage };
    tell(message.request, String(response.statusCode));
  };
  subscribe(START, onStart);
  subscribe(ANSWER, onAnswer);
  return () => {
    unsubscribe(START, onStart);
    unsubscribe(ANSWER, onAnswer);
  };
}

const START = channel('http.client.request.start').name;
const ANSWER = channel('http.client.response.finish').name;

import { request as send, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { headerIn, withoutHeaders, type Answer } from './answer.ts';
import { readRequest, type S3Request } from './request.ts';
import type { ShiftedClock } from './shifted-clock.ts';

/** One request in the proxy's hands: a fault decides what becomes of it. */
export interface Exchange {
  readonly request: S3Request;
  /** Aborted when the proxy ends or the client has gone. */
  readonly signal: AbortSignal;
  /** Whole, as the client sent it. */
  readonly body: () => Promise<Buffer>;
  /**
   * Hands it to the server and waits for the whole answer; another body goes with the headers of the first, and all
   * but its first half once `rest` has come.
   */
  readonly forward: (body?: Buffer, rest?: Promise<unknown>) => Promise<Answer>;
  /** Hands the head and this much of the body to the server, and breaks that connection. */
  readonly breakOff: (part: Buffer) => Promise<void>;
  /** The head says as many bytes as `answer.body` has; `sentBytes` of them are sent, then the connection ends. */
  readonly reply: (answer: Answer, sentBytes?: number) => void;
  /** Breaks the client's connection, without a word. */
  readonly reset: () => void;
}

export function createExchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: { readonly host: string; readonly port: number },
  clock: ShiftedClock,
  ended: AbortSignal,
): Exchange {
  const left = new AbortController();
  outgoing.on('close', () => left.abort());
  const isHead = incoming.method === 'HEAD';
  let received: Promise<Buffer> | undefined;
  const body = (): Promise<Buffer> => (received ??= buffer(incoming));

  const start = (): ClientRequest =>
    send({
      ...target,
      method: incoming.method,
      path: incoming.url,
      // The signature covers `Host`: it stays what the client wrote.
      setHost: false,
      headers: clock.signed(incoming),
      agent: false,
      signal: ended,
    });

  return {
    request: readRequest(incoming),
    signal: AbortSignal.any([ended, left.signal]),
    body,

    async forward(changed, rest) {
      const sent = changed ?? (await body());
      const refusal = clock.refusal(incoming);
      if (refusal !== undefined) return refusal;
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const request = start().on('response', resolve).on('error', reject);
        if (rest === undefined) {
          request.end(sent);
          return;
        }
        const half = Math.floor(sent.length / 2);
        request.write(sent.subarray(0, half));
        void rest.then(() => request.end(sent.subarray(half)));
      });
      const { statusCode = 500, rawHeaders } = answer;
      return clock.shifted({ status: statusCode, headers: rawHeaders, body: await buffer(answer) });
    },

    async breakOff(part) {
      const request = start().on('error', () => undefined);
      await new Promise((resolve) => request.write(part, resolve));
      request.destroy();
    },

    reply({ status, headers, body: content }, sentBytes = content.length) {
      const lengthBytes = isHead ? (headerIn(headers, /^content-length$/i) ?? '0') : String(content.length);
      const dated = headerIn(headers, /^date$/i) === undefined ? ['Date', clock.now().toUTCString()] : [];
      outgoing.sendDate = false;
      outgoing.writeHead(status, [
        ...dated,
        ...withoutHeaders(headers, /^(content-length|transfer-encoding|connection|keep-alive)$/i),
        'Content-Length',
        lengthBytes,
      ]);
      if (isHead) outgoing.end();
      else if (sentBytes >= content.length) outgoing.end(content);
      else outgoing.write(content.subarray(0, sentBytes), () => outgoing.socket?.destroy());
    },

    reset() {
      incoming.socket.resetAndDestroy();
    },
  };
}

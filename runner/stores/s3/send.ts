import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';

export type Endpoint = ReturnType<S3Client['config']['endpointProvider']>;

/** For one object. */
export interface ObjectRequest {
  readonly method: 'GET' | 'PUT';
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** `broken`: it may have been sent, and no answer came. */
export type Send = (
  request: ObjectRequest,
  signal: AbortSignal | undefined,
) => Promise<HttpAnswer | 'not sent' | 'broken'>;

/**
 * Sends to the bucket by the client's connections, signed by its credentials and its clock. Undefined where the
 * bucket wants another signature than the one that all servers know.
 */
export function createSend({ config }: S3Client, { url, properties }: Endpoint): Send | undefined {
  const scheme = properties?.authSchemes?.[0];
  if (scheme?.name !== 'sigv4') return undefined;
  const signer = new SignatureV4({
    service: scheme.signingName,
    region: scheme.signingRegion,
    credentials: config.credentials,
    sha256: Sha256,
    uriEscapePath: false,
  });
  const to = {
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port !== '' && { port: Number(url.port) }),
  };
  const folder = url.pathname.replace(/\/$/, '');

  return async ({ method, key, headers, body }, signal) => {
    const request = {
      ...to,
      method,
      path: `${folder}/${pathOf(key)}`,
      query: {},
      headers: { host: url.host, 'user-agent': 'sluice', ...headers },
      body,
    };
    const signingDate = new Date(Date.now() + config.systemClockOffset);
    // Why there are no credentials is the SDK's to say.
    const signed = await signer.sign(request, { signingDate }).catch(() => undefined);
    if (signed === undefined) return 'not sent';
    try {
      const options = signal === undefined ? {} : { abortSignal: signal };
      const { response } = await config.requestHandler.handle(signed, options);
      return isAnswer(response) ? response : 'broken';
    } catch {
      return 'broken';
    }
  };
}

/** As S3 wants a key written in a path: what is signed must be what the server makes of it. */
function pathOf(key: string): string {
  return key
    .split('/')
    .map((segment) =>
      encodeURIComponent(segment).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/');
}

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** In the form that the signer takes. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: Bytes) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', viewOf(secret));
  }
  update(bytes: Bytes): void {
    this.#hash.update(viewOf(bytes));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function viewOf(bytes: Bytes): string | NodeJS.ArrayBufferView {
  if (typeof bytes === 'string') return bytes;
  return ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}

function isAnswer(response: unknown): response is HttpAnswer {
  return (
    typeof response === 'object' &&
    response !== null &&
    'statusCode' in response &&
    'headers' in response &&
    'body' in response &&
    response.body instanceof Readable
  );
}

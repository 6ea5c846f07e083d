import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silenceNotice } from '../../../runner/stores/s3/client.ts';
import { createSend, type Endpoint, type Send } from '../../../runner/stores/s3/send.ts';

interface Seen {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

// The example of "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)", S3 API Reference.
const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

beforeEach(() => {
  silenceNotice();
  vi.useFakeTimers({ now: Date.UTC(2013, 4, 24), toFake: ['Date'] });
});
afterEach(() => void vi.useRealTimers());

function setUp(config: ConstructorParameters<typeof S3Client>[0] = {}) {
  const seen: Seen[] = [];
  const client = new S3Client({
    region: 'us-east-1',
    credentials: CREDENTIALS,
    requestHandler: {
      async handle(request: Seen) {
        seen.push(request);
        return { response: { statusCode: 200, headers: {}, body: Readable.from([]) } };
      },
    },
    ...config,
  });
  return { client, seen };
}

function toBucket(client: S3Client, more: object = {}): Send {
  const params = { Bucket: 'examplebucket', Region: 'us-east-1', ...more };
  const send = createSend(client, client.config.endpointProvider(params));
  if (send === undefined) throw new Error('expected a way to send, found none');
  return send;
}

describe('a request past the SDK', () => {
  it('is signed as the reference has it', async () => {
    const { client, seen } = setUp();
    const send = toBucket(client, { UseGlobalEndpoint: true });
    await send({ method: 'GET', key: 'test.txt', headers: { range: 'bytes=0-9' } }, undefined);
    expect(seen[0]).toMatchObject({
      protocol: 'https:',
      hostname: 'examplebucket.s3.amazonaws.com',
      path: '/test.txt',
    });
    expect(seen[0]?.headers['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
        'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, ' +
        'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  it.each([
    [
      'a region',
      { Region: 'eu-west-1' },
      'https://examplebucket.s3.eu-west-1.amazonaws.com/a/b',
      'eu-west-1',
    ],
    ['FIPS', { UseFIPS: true }, 'https://examplebucket.s3-fips.us-east-1.amazonaws.com/a/b', 'us-east-1'],
    [
      'both stacks',
      { UseDualStack: true },
      'https://examplebucket.s3.dualstack.us-east-1.amazonaws.com/a/b',
      'us-east-1',
    ],
    [
      'path style',
      { ForcePathStyle: true },
      'https://s3.us-east-1.amazonaws.com/examplebucket/a/b',
      'us-east-1',
    ],
    [
      'an endpoint',
      { Endpoint: 'http://localhost:9000/s3', ForcePathStyle: true },
      'http://localhost:9000/s3/examplebucket/a/b',
      'us-east-1',
    ],
    [
      'an IPv6 endpoint',
      { Endpoint: 'http://[::1]:9000' },
      'http://[::1]:9000/examplebucket/a/b',
      'us-east-1',
    ],
  ])('goes where the client would send it: %s', async (_, params, url, region) => {
    const { client, seen } = setUp();
    await toBucket(client, params)(
      { method: 'PUT', key: 'a/b', headers: {}, body: new Uint8Array(1) },
      undefined,
    );
    const { protocol = '', hostname = '', port, path = '', headers = {} } = seen[0] ?? {};
    expect(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`).toBe(url);
    expect(headers['host']).toBe(new URL(url).host);
    expect(headers['authorization']).toContain(`/20130524/${region}/s3/aws4_request`);
  });

  it('is dated by the store’s clock as the client knows it, and has the token of its time', async () => {
    let sessionToken = 'first';
    const { client, seen } = setUp({
      credentials: async () => ({ ...CREDENTIALS, sessionToken, expiration: new Date() }),
    });
    const send = toBucket(client);
    await send({ method: 'GET', key: 'a', headers: {} }, undefined);
    client.config.systemClockOffset = 3_600_000;
    sessionToken = 'second';
    await send({ method: 'GET', key: 'a', headers: {} }, undefined);
    expect(seen.map(({ headers }) => [headers['x-amz-date'], headers['x-amz-security-token']])).toEqual([
      ['20130524T000000Z', 'first'],
      ['20130524T010000Z', 'second'],
    ]);
  });

  it('is not sent where there are no credentials, and is none where another signature is wanted', async () => {
    const { client, seen } = setUp({ credentials: () => Promise.reject(new Error('none')) });
    expect(await toBucket(client)({ method: 'GET', key: 'a', headers: {} }, undefined)).toBe('not sent');
    expect(seen).toEqual([]);
    const express: Endpoint = client.config.endpointProvider({
      Bucket: 'a--use1-az4--x-s3',
      Region: 'us-east-1',
    });
    expect(createSend(client, express)).toBeUndefined();
  });
});

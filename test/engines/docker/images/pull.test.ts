import { describe, expect, it } from 'vitest';
import Dockerode from 'dockerode';
import { createImages } from '../../../../runner/engines/docker/images/images.ts';
import { engineMessages } from '../../../../runner/engines/docker/connection/message-stream.ts';
import { pullCause } from '../../../../runner/engines/docker/images/pull-cause.ts';
import { createPullProgress } from '../../../../runner/engines/docker/images/pull-progress.ts';
import { createSharedWork } from '../../../../runner/engines/docker/images/shared-work.ts';
import { Readable } from 'node:stream';

describe('why a pull failed', () => {
  const context = {
    reference: 'r.io/a:1',
    registry: 'r.io',
    platform: undefined,
    loginFrom: undefined,
    loginTrouble: undefined,
  };
  // The words of Docker 20.10, 28 and Podman 4.3, with the status each gave.
  it.each([
    [500, 'Head "https://r.io/v2/a/manifests/1": no basic auth credentials', 'pull-denied', false],
    [
      500,
      'Head "https://r.io/v2/a/manifests/1": unauthorized: incorrect username or password',
      'pull-denied',
      false,
    ],
    [
      404,
      "pull access denied for a, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      'pull-denied',
      false,
    ],
    [
      undefined,
      'initializing source docker://r.io/a:1: reading manifest 1 in r.io/a: unauthorized: authentication required',
      'pull-denied',
      false,
    ],
    [
      undefined,
      'unable to retrieve auth token: invalid username/password: unauthorized',
      'pull-denied',
      false,
    ],
    [403, 'Forbidden', 'pull-denied', false],
    [404, 'manifest for r.io/a:1 not found: manifest unknown: manifest unknown', 'image-missing', false],
    [
      undefined,
      'reading manifest 1 in r.io/a: name unknown: repository name not known to registry',
      'image-missing',
      false,
    ],
    [
      undefined,
      'no matching manifest for linux/arm64/v8 in the manifest list entries',
      'image-missing',
      false,
    ],
    [
      undefined,
      'no image found in image index for architecture arm64, variant "v8", OS linux',
      'image-missing',
      false,
    ],
    [500, 'toomanyrequests: You have reached your pull rate limit.', 'pull-failed', true],
    [500, 'Get "https://r.io/v2/": dial tcp: lookup r.io: no such host', 'pull-failed', true],
    [500, 'Get "https://r.io/v2/": net/http: TLS handshake timeout', 'pull-failed', true],
    [500, 'Get "https://r.io/v2/": dial tcp 1.2.3.4:443: connect: connection refused', 'pull-failed', true],
    [undefined, 'unexpected EOF', 'pull-failed', true],
    [undefined, 'write /var/lib/docker/tmp/GetImageBlob1: no space left on device', 'pull-failed', false],
    [500, 'Get "https://r.io/v2/": http: server gave HTTP response to HTTPS client', 'pull-failed', false],
    [500, 'Get "https://r.io/v2/": x509: certificate signed by unknown authority', 'pull-failed', false],
    [502, 'received unexpected HTTP status: 503 Service Unavailable', 'pull-failed', true],
  ])('%s %s', (status, message, kind, transient) => {
    const cause = pullCause({ status, message }, context);
    expect([cause.kind, cause.transient]).toEqual([kind, transient]);
    expect(cause.message).toMatch(/r\.io/);
  });

  it('Docker Hub is logged in to without a name', () => {
    const hub = { ...context, registry: 'docker.io', reference: 'me/app' };
    expect(pullCause({ status: 401, message: 'unauthorized' }, hub).message).toContain('"docker login"');
  });
});

describe('progress of a pull', () => {
  it('adds up layers, never falls, and says nothing twice', () => {
    const follow = createPullProgress();
    const layer = (id: string, status: string, current?: number, total?: number) =>
      follow({
        id,
        status,
        progressDetail: current === undefined || total === undefined ? {} : { current, total },
      });
    expect(follow({ status: 'Pulling from library/node', id: '24-slim' })).toBeUndefined();
    expect(layer('a', 'Already exists')).toEqual({ message: 'pulling: 1 of 1 layers', fraction: 1 });
    expect(layer('b', 'Pulling fs layer')?.message).toBe('pulling: 1 of 2 layers');
    const half = layer('b', 'Downloading', 5_000_000, 10_000_000);
    expect(half?.message).toBe('pulling: 1 of 2 layers, 5.0 of 10 MB');
    expect(layer('b', 'Downloading', 5_000_001, 10_000_000)).toBeUndefined();
    expect(layer('b', 'Retrying in 5 seconds')?.message).toBe('retrying in 5 seconds');
    expect(layer('b', 'Extracting', 9_000_000, 10_000_000)?.message).toContain('10 of 10 MB');
    expect(layer('b', 'Pull complete')).toEqual({
      message: 'pulling: 2 of 2 layers, 10 of 10 MB',
      fraction: 1,
    });
  });
});

describe("an engine's messages", () => {
  it('are whole however the bytes are cut, and no word is lost', async () => {
    const bytes = Buffer.from('{"status":"ü"}\r\n{"error":"x"}\nplain words\n42\n{"id":"last"}');
    const cut = Readable.from([...bytes].map((byte) => Buffer.from([byte])));
    const found: unknown[] = [];
    for await (const message of engineMessages(cut)) found.push(message);
    expect(found).toEqual([
      { status: 'ü' },
      { error: 'x' },
      { status: 'plain words' },
      { status: '42' },
      { id: 'last' },
    ]);
  });
});

describe('work that is shared', () => {
  const never = new AbortController().signal;

  it('begins anew for who comes while the former is being aborted', async () => {
    const work = createSharedWork<string, string>();
    const leaving = new AbortController();
    const signals: AbortSignal[] = [];
    const start = (signal: AbortSignal): Promise<string> => {
      signals.push(signal);
      return new Promise((resolve) => {
        if (signals.length === 2) resolve('second');
      });
    };
    const join = (signal: AbortSignal) =>
      work.join('key', { signal, onProgress: () => undefined, whenAborted: 'left' }, start);
    const first = join(leaving.signal);
    leaving.abort();
    expect(await first).toBe('left');
    expect(signals[0]?.aborted).toBe(true);
    expect(await join(never)).toBe('second');
  });

  it('passes progress on to the next when the one who heard it leaves', async () => {
    const work = createSharedWork<string, string>();
    let tell: (text: string) => void = () => undefined;
    let finish: (text: string) => void = () => undefined;
    const start = (_: AbortSignal, onProgress: (text: string) => void): Promise<string> => {
      tell = onProgress;
      return new Promise((resolve) => (finish = resolve));
    };
    const heard: string[] = [];
    const leaving = new AbortController();
    const join = (name: string, signal: AbortSignal) =>
      work.join(
        'key',
        { signal, onProgress: (text) => heard.push(`${name} ${text}`), whenAborted: 'left' },
        start,
      );
    const one = join('one', leaving.signal);
    const two = join('two', never);
    tell('1');
    leaving.abort();
    await one;
    tell('2');
    finish('done');
    expect(await two).toBe('done');
    expect(heard).toEqual(['one 1', 'two 2']);
  });

  it('is not begun for who has already gone', async () => {
    const work = createSharedWork<string, string>();
    const caller = { signal: AbortSignal.abort(), onProgress: () => undefined, whenAborted: 'left' };
    expect(await work.join('key', caller, () => Promise.reject(new Error('begun')))).toBe('left');
  });
});

describe('an engine that is away', () => {
  it('is told as lost, which may pass', async () => {
    const images = createImages(new Dockerode({ socketPath: '/nowhere/docker.sock' }), { env: {} });
    const ensured = await images.ensure(
      { kind: 'reference', reference: 'busybox', pull: 'missing' },
      { signal: new AbortController().signal, onProgress: () => undefined },
    );
    expect(ensured).toMatchObject({ cause: { kind: 'engine-lost', transient: true } });
  });
});

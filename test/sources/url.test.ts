import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createSources } from '../../runner/sources/sources.ts';

/** A server on loopback, that ends with its test. */
async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/x.csv`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function probe(url: string, timeoutMs = 5000, signal = new AbortController().signal) {
  const sources = createSources({
    refOf: () => ({ kind: 'memory', id: 'none' }),
    openStore: () => Promise.reject(new Error('no store')),
    timeoutMs,
  });
  return sources.probe({ kind: 'url', url }, { signal });
}

it('is late while it answers 404, and ready with its values once it is there', async () => {
  let there = false;
  const asked: string[] = [];
  await using server = await serve(({ method }, response) => {
    asked.push(String(method));
    if (!there) return void response.writeHead(404).end('not yet');
    const headers = {
      'content-length': '1234',
      etag: '"abc"',
      'last-modified': 'Fri, 29 Jan 2021 22:00:00 GMT',
      date: 'Fri, 29 Jan 2021 23:00:00 GMT',
    };
    response.writeHead(200, headers).end();
  });
  expect(await probe(server.url)).toEqual({ kind: 'not-ready', answer: `404 ${server.url}` });
  there = true;
  expect(await probe(server.url)).toEqual({
    kind: 'ready',
    external: { uri: server.url, etag: '"abc"', modifiedAt: '2021-01-29T22:00:00.000Z', objects: [] },
    values: { status: '200', size: '1234', age: '3600' },
  });
  expect(asked).toEqual(['HEAD', 'HEAD']);
});

it('that refuses HEAD is asked for its first byte', async () => {
  const asked: string[] = [];
  await using server = await serve(({ method, headers: { range } }, response) => {
    asked.push(`${method} ${range ?? ''}`.trim());
    if (method === 'HEAD') return void response.writeHead(405).end();
    response.writeHead(206, { 'content-range': 'bytes 0-0/77', 'content-length': '1' }).end('x');
  });
  expect(await probe(server.url)).toMatchObject({
    kind: 'ready',
    values: { status: '206', size: '77', age: '' },
  });
  expect(asked).toEqual(['HEAD', 'GET bytes=0-0']);
});

it('that is empty is there', async () => {
  await using server = await serve(({ method }, response) => {
    if (method === 'HEAD') return void response.writeHead(405).end();
    response.writeHead(416, { 'content-range': 'bytes */0' }).end();
  });
  expect(await probe(server.url)).toMatchObject({ kind: 'ready', values: { status: '416', size: '0' } });
});

it('with a body without end is answered at once', async () => {
  await using server = await serve(({ method }, response) => {
    if (method === 'HEAD') return void response.writeHead(501).end();
    response.writeHead(200);
    const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
    response.on('close', () => {
      clearInterval(timer);
    });
  });
  expect(await probe(server.url)).toMatchObject({ kind: 'ready', values: { status: '200', size: '' } });
});

it('that gives no answer, refuses or is nowhere is late, in words', async () => {
  await using server = await serve(() => undefined);
  expect(await probe(server.url, 100)).toEqual({
    kind: 'not-ready',
    answer: `${server.url}: no answer within 0.1 s`,
  });
  const nobody = await probe('http://127.0.0.1:1/x');
  expect(nobody).toMatchObject({
    kind: 'not-ready',
    answer: expect.stringContaining('http://127.0.0.1:1/x: '),
  });
});

it('that is no address fails, and one with a password tells none of it', async () => {
  expect(await probe('ftp://example.org/x')).toMatchObject({ kind: 'invalid' });
  expect(await probe('2021-01-29')).toMatchObject({ kind: 'invalid' });
  const told = await probe('https://user:hunter2@example.org/x');
  expect(told.kind).toBe('invalid');
  expect(JSON.stringify(told)).not.toContain('hunter2');
});

it('stops when the run is stopped', async () => {
  await using server = await serve(() => undefined);
  const stop = new AbortController();
  const asking = probe(server.url, 60_000, stop.signal);
  stop.abort('interrupted');
  await expect(asking).rejects.toBe('interrupted');
});

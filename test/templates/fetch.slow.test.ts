import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScript } from './script.ts';
import { zipFile } from './zip-file.ts';

const SEC = [
  'SETTLEMENT DATE|CUSIP|SYMBOL|QUANTITY (FAILS)|DESCRIPTION|PRICE',
  '20210104|123|A|386|CAF\u00c9 CORP|116.38',
  'Trailer record count 1',
  'Trailer total quantity of shares 386',
  '',
].join('\n');

let server: Server;
let base = '';
let asked: { url: string; agent: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', agent: request.headers['user-agent'] ?? '' });
    const [, kind = '', name = ''] = (request.url ?? '').split('/');
    const zip = zipFile('cnsfails202101a.txt', Buffer.from(SEC, 'latin1'));
    if (kind === 'status') response.writeHead(Number(name)).end('no');
    else if (kind === 'shaky' && asked.length < 3) response.writeHead(503).end();
    else if (kind === 'text' || kind === 'shaky') response.end(Buffer.from(SEC, 'latin1'));
    else if (kind === 'zip') response.end(zip);
    else if (kind === 'cut-zip') response.end(zip.subarray(0, -30));
    else if (kind === 'damaged-zip') response.end(damage(zip));
    else if (kind === 'cut') response.end(SEC.slice(0, 120));
    else if (kind === 'moved') response.writeHead(302, { location: '/text/there' }).end();
    else {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('SETTLE', () => response.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  base = `http://127.0.0.1:${port}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

const fetchFrom = (path: string, env: Record<string, string> = {}) =>
  runScript('fetch.mjs', {
    env: {
      FETCH_URL: `${base}${path}`,
      FETCH_FORMAT: 'sec',
      FETCH_PARTITION: '2021-01-01',
      FETCH_PAUSE_SECONDS: '0',
      ...env,
    },
  });

describe('fetch', () => {
  it.each(['/zip/cnsfails202101a.zip', '/text/cnsfails202101a.txt', '/moved/x'])(
    'stores the text of %s',
    async (path) => {
      const result = await fetchFrom(path);
      expect(result.stderr).toBe('');
      expect(result.status).toBe(0);
      expect(result.output('source.txt')).toBe(SEC);
      expect(result.stdout).toContain('1 rows');
    },
  );

  it.each([
    [404, 75, 'x.zip is not there yet: HTTP 404'],
    [403, 75, 'is not there yet: HTTP 403'],
    [429, 75, 'asked again later'],
    [500, 75, 'HTTP 500'],
    [503, 75, 'asked again later'],
    [410, 66, 'is gone for good'],
    [401, 1, 'HTTP 401'],
  ])('turns HTTP %i into exit status %i', async (code, status, words) => {
    const result = await fetchFrom(`/status/${code}/x.zip`);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(words);
    expect(() => result.output('source.txt')).toThrow(/did not write/);
  });

  it.each([
    ['/cut/cnsfails202101a.txt', /cnsfails202101a.txt of 2021-01-01: it is truncated.*\(121 bytes from http/],
    ['/cut-zip/a.zip', /a.zip of 2021-01-01: it is truncated: a zip file ends with a directory/],
    ['/damaged-zip/a.zip', /a.zip of 2021-01-01: /],
  ])('fails on %s in words and stores nothing', async (path, words) => {
    const result = await fetchFrom(path);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(words);
    expect(() => result.output('source.txt')).toThrow(/did not write/);
  });

  it('is not ready when the connection breaks, or none is made', async () => {
    expect(await fetchFrom('/broken/x')).toMatchObject({ status: 75 });
    const nobody = await fetchFrom('', { FETCH_URL: await closedAddress() });
    expect(nobody.status).toBe(75);
    expect(nobody.stderr).toContain('ECONNREFUSED');
  });

  it('rides out passing trouble, but does not ask again for what is not out', async () => {
    asked = [];
    const shaky = await fetchFrom('/shaky/x');
    expect(shaky.status).toBe(0);
    expect(shaky.stderr).toMatch(/^(HTTP 503 from .*; once more\n){2}$/);
    asked = [];
    await fetchFrom('/status/404/x');
    expect(asked).toHaveLength(1);
  });

  it('says who asks', async () => {
    asked = [];
    await fetchFrom('/text/x', { FETCH_CONTACT: 'me@example.com' });
    expect(asked).toEqual([{ url: '/text/x', agent: 'short-score (me@example.com)' }]);
  });
});

/** Nothing listens there any more. */
async function closedAddress(): Promise<string> {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  return `http://127.0.0.1:${port}/x`;
}

/** One bit of the packed content turned. */
function damage(zip: Buffer): Buffer {
  const copy = Buffer.from(zip);
  const at = 30 + 'cnsfails202101a.txt'.length + 40;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

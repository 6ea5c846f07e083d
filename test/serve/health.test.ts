import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAddress, startHealth, type Health } from '../../runner/serve/health.ts';
import type { Part } from '../../runner/serve/outage.ts';

let health: Health;
let out: Part[] = [];
let nowMs = 0;
beforeEach(async () => {
  out = [];
  nowMs = 0;
  const standing = { turnedAt: () => 0, out: () => out, running: () => [] };
  health = await startHealth(parseAddress('127.0.0.1:0'), standing, () => nowMs);
});
afterEach(() => health.close());

function ask(
  path: string,
  { method = 'GET', headers = {}, body = '' } = {},
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const { host, port } = health.address;
    const asked = request({ host, port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

describe('the endpoints of serve', () => {
  it('say that it lives, and what is out of reach', async () => {
    expect(await ask('/healthz')).toEqual({ status: 200, text: '{"status":"ok"}\n' });
    expect(await ask('/readyz')).toEqual({ status: 200, text: '{"status":"ready"}\n' });
    out = ['store'];
    expect(await ask('/readyz')).toEqual({
      status: 503,
      text: '{"status":"not ready","outOfReach":["store"]}\n',
    });
    expect((await ask('/healthz')).status).toBe(200);
    nowMs = 61_000;
    expect((await ask('/healthz')).status).toBe(503);
  });

  it('answer nobody else, and read nothing', async () => {
    expect((await ask('/readyz', { headers: { host: 'rebound.example:8787' } })).status).toBe(421);
    expect((await ask('/readyz', { method: 'POST', body: 'x' })).status).toBe(405);
    expect((await ask('/readyz', { headers: { 'content-length': '1' }, body: 'x' })).status).toBe(413);
    expect((await ask('/')).status).toBe(404);
    expect((await ask('/healthz', { headers: { host: '[::1]:8787' } })).status).toBe(200);
    expect((await ask('/healthz', { method: 'HEAD' })).text).toBe('');
  });

  it.each(['0.0.0.0:80', '8787', 'example.org:80', '127.0.0.1:99999', '127.0.0.1', ':80', ''])(
    'stand on no other address: %s',
    (text) => {
      expect(() => parseAddress(text)).toThrow('an address of this machine alone');
    },
  );

  it('name a port that is taken', async () => {
    const standing = { turnedAt: () => 0, out: () => [], running: () => [] };
    await expect(startHealth(health.address, standing, () => 0)).rejects.toThrow('EADDRINUSE');
  });
});

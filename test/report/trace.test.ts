import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../runner/engines/docker/connection/connect.ts';
import { openMemoryStore } from '../../runner/stores/memory/store.ts';
import { traceStore } from '../../runner/stores/traced-store.ts';
import { traceOf } from '../../runner/report/trace.ts';

let lines: string[];
const write = (text: string): void => void lines.push(text.replace(/\(\d+ ms\)/, '(ms)'));
beforeEach(() => {
  lines = [];
});

describe('SLUICE_DEBUG', () => {
  it('names the parts that tell what they ask', () => {
    expect(traceOf('engine', {}, write)).toBeUndefined();
    expect(traceOf('engine', { SLUICE_DEBUG: 'store' }, write)).toBeUndefined();
    for (const value of ['engine', 'store, engine', 'ENGINE']) {
      traceOf('engine', { SLUICE_DEBUG: value }, write)?.('GET /x\u001b[2J\nGET /y');
    }
    expect(new Set(lines)).toEqual(new Set(['ENGINE GET /xGET /y\n']));
  });

  it('store: tells each operation and how it went', async () => {
    const trace = traceOf('store', { SLUICE_DEBUG: 'store' }, write);
    if (trace === undefined) throw new Error('expected a trace');
    const store = traceStore(openMemoryStore(), trace);
    await store.put('a/b', Buffer.from('hush'), { condition: { ifNoneMatch: '*' } });
    await store.put('a/b', Buffer.from('hush'), { condition: { ifNoneMatch: '*' } }).catch(() => undefined);
    await store.get('a/b');
    await store.get('a/c');
    for await (const page of store.list('a/')) expect(page).toHaveLength(1);
    await store.delete(['a/b']);
    expect(lines).toEqual([
      'STORE put a/b if there is none: written (ms)\n',
      'STORE put a/b if there is none: precondition-failed (ms)\n',
      'STORE get a/b: 4 bytes (ms)\n',
      'STORE get a/c: nothing there (ms)\n',
      'STORE list a/: 1 keys (ms)\n',
      'STORE list a/: end (ms)\n',
      'STORE delete a/b: gone (ms)\n',
    ]);
  });
});

describe('SLUICE_DEBUG=engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-trace-'));
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/_ping') === true)
      response.writeHead(200, { 'api-version': '1.41' }).end('OK');
    else request.socket.destroy();
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  it('tells each request to the engine, without its query, and nothing once it is closed', async () => {
    server.listen(join(folder, 'engine.sock'));
    await once(server, 'listening');
    const trace = traceOf('engine', { SLUICE_DEBUG: 'engine' }, write);
    const host = `unix://${join(folder, 'engine.sock')}`;
    const traced = await connect({ host, env: {}, ...(trace === undefined ? {} : { trace }) });
    const silent = await connect({ host, env: {} });
    await traced.docker.listImages({ filters: { label: ['hush'] } }).catch(() => undefined);
    await silent.docker.listContainers().catch(() => undefined);
    silent.close();
    traced.close();
    expect(lines).toEqual([
      'ENGINE GET /_ping: 200 (ms)\n',
      'ENGINE GET /v1.41/images/json: socket hang up (ms)\n',
    ]);
  });
});

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDockerEngine } from '../../../runner/engines/docker/engine.ts';
import type { Engine } from '../../../runner/ports.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Speaks just enough of the API. What `answers` does not name is never answered. */
describe('an engine that answers its ping', () => {
  let folder: string;
  let server: Server;
  let engine: Engine;
  let answers: Record<string, Answer>;
  let asked: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-silent-'));
    asked = [];
    answers = {
      'GET /_ping': (_, response) => response.writeHead(200, { 'api-version': '1.41' }).end('OK'),
    };
    server = createServer((request, response) => {
      const path = (request.url ?? '').replace(/^\/v1\.\d+/, '').replace(/\?.*$/, '');
      const name = `${request.method} ${path}`;
      asked.push(name);
      answers[name]?.(request, response);
    });
    server.listen(join(folder, 'engine.sock'));
    await once(server, 'listening');
    engine = createDockerEngine({
      host: `unix://${join(folder, 'engine.sock')}`,
      env: {},
      openStore: () => openMemoryStore(),
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(async () => {
    await engine.close();
    vi.useRealTimers();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const json =
    (value: unknown, status = 200): Answer =>
    (_, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

  async function untilAsked(name: string): Promise<void> {
    while (!asked.includes(name)) await new Promise((resolve) => setImmediate(resolve));
  }

  function answersInfo(): void {
    answers['GET /info'] = json({ OSType: 'linux' });
    answers['GET /version'] = json({ Version: '20.10.24', Arch: 'unknown' });
  }

  const sweepAll = (): Promise<number> =>
    engine.sweep({ storeId: 's', isLive: () => Promise.resolve('dead') });

  const labels = (kind: string): Record<string, string> => ({
    'sluice.store': 's',
    'sluice.run': 'r',
    'sluice.kind': kind,
  });

  it('and nothing else: check gives up, with what to type', async () => {
    const checking = expect(engine.check()).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringContaining('no answer for 20 s'),
      fix: 'sudo systemctl restart docker',
    });
    await untilAsked('GET /info');
    await vi.advanceTimersByTimeAsync(20_000);
    await checking;
  });

  it('and nothing else: close does not wait for ever for what was begun', async () => {
    const checking = expect(engine.check()).rejects.toMatchObject({ code: 'engine-unreachable' });
    await untilAsked('GET /info');
    const closing = engine.close();
    await vi.advanceTimersByTimeAsync(20_000);
    await Promise.all([checking, closing]);
  });

  it('and lists nothing: sweep gives up', async () => {
    answersInfo();
    const sweeping = expect(sweepAll()).rejects.toMatchObject({ code: 'engine-unreachable' });
    await untilAsked('GET /volumes');
    await vi.advanceTimersByTimeAsync(20_000);
    await sweeping;
  });

  describe('and has leftovers', () => {
    beforeEach(() => {
      answersInfo();
      answers['GET /volumes'] = json({ Volumes: [{ Name: 'v', Labels: labels('task') }] });
      answers['DELETE /volumes/v'] = json({ message: 'device or resource busy' }, 500);
      answers['DELETE /containers/good'] = json(undefined, 204);
      answers['GET /containers/json'] = (request, response) => {
        const isProbes = decodeURIComponent(request.url ?? '').includes('sluice.kind=probe');
        json(isProbes ? [] : containers)(request, response);
      };
    });
    const containers = [
      { Id: 'bad', Labels: labels('task') },
      { Id: 'good', Labels: labels('holder') },
    ];

    it('leaves what it refuses to remove, and goes on', async () => {
      answers['DELETE /containers/bad'] = json({ message: 'device or resource busy' }, 500);
      expect(await sweepAll()).toBe(1);
    });

    it('leaves what it does not remove in time, and goes on', async () => {
      const sweeping = sweepAll();
      await untilAsked('DELETE /containers/bad');
      await vi.advanceTimersByTimeAsync(20_000);
      expect(await sweeping).toBe(1);
    });

    it('fails if the engine goes away meanwhile', async () => {
      answers['DELETE /containers/bad'] = (request) => request.socket.destroy();
      await expect(sweepAll()).rejects.toMatchObject({ code: 'engine-unreachable' });
    });
  });

  it('removes a probe that was left behind, but none that another may just be making', async () => {
    answersInfo();
    const now = Date.now() / 1000;
    answers['GET /volumes'] = json({ Volumes: null });
    answers['GET /containers/json'] = (request, response) => {
      const isProbes = decodeURIComponent(request.url ?? '').includes('sluice.kind=probe');
      const probes = [
        { Id: 'old', Created: now - 3600, Labels: { 'sluice.kind': 'probe' } },
        { Id: 'new', Created: now - 5, Labels: { 'sluice.kind': 'probe' } },
        { Id: 'other', Created: now - 3600, Labels: { ...labels('probe'), 'sluice.store': 'else' } },
      ];
      json(isProbes ? probes : [])(request, response);
    };
    answers['DELETE /containers/old'] = json(undefined, 204);
    expect(await sweepAll()).toBe(1);
    expect(asked.filter((name) => name.startsWith('DELETE'))).toEqual(['DELETE /containers/old']);
  });

  it('takes an engine that goes away while it is asked for an init program as gone', async () => {
    answersInfo();
    answers['GET /_ping'] = (_, response) =>
      response.writeHead(200, { 'api-version': '1.41', 'libpod-api-version': '4.9.0' }).end('OK');
    answers['GET /version'] = json({ Version: '4.9.0', Arch: 'amd64' });
    answers['GET /images/localhost/sluice-holder:1-amd64/json'] = json({ Id: 'sha256:1' });
    answers['POST /containers/create'] = (request) => request.socket.destroy();
    await expect(engine.check()).rejects.toMatchObject({ code: 'engine-unreachable' });
  });
});

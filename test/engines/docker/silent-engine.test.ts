import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDockerEngine } from '../../../runner/engines/docker/engine.ts';
import type { Job } from '../../../runner/model/job.ts';
import type { Engine, EngineRunOptions } from '../../../runner/ports.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { jobOf } from '../../contracts/jobs.ts';

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
      // By its name, where creating it was given up.
      if (name.startsWith('DELETE /containers/sluice-')) response.writeHead(404).end();
      else answers[name]?.(request, response);
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
    await turnsUntil(
      () => asked.includes(name),
      () => `only asked: ${asked.join(', ')}`,
    );
  }

  /** The clock stands still here. Ends a little before the test does, to say what was awaited in vain. */
  async function turnsUntil(holds: () => boolean, found: () => string): Promise<void> {
    const end = performance.now() + 50_000;
    while (!holds()) {
      if (performance.now() > end) throw new Error(found());
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  function answersInfo(): void {
    answers['GET /info'] = json({ OSType: 'linux' });
    answers['GET /version'] = json({ Version: '20.10.24', Arch: 'unknown' });
  }

  const sweepAll = (): Promise<number> =>
    engine.sweep({ storeId: 's', isLive: () => Promise.resolve(false) });

  const labels = (kind: string): Record<string, string> => ({
    'sluice.store': 's',
    'sluice.run': '20210129T120000Z-aaaaaa',
    'sluice.attempt': '20210129T120000Z-aaaaaa-1',
    'sluice.kind': kind,
  });

  const refusal = (asking: Promise<unknown>): Promise<unknown> =>
    asking.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('and nothing else: check gives up, with what to type', async () => {
    const checking = refusal(engine.check());
    await untilAsked('GET /info');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await checking).toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringContaining('no answer for 20 s'),
      fix: expect.stringMatching(/may only be busy.*restart the engine if it stays silent$/),
    });
  });

  it('and nothing else: close does not wait for ever for what was begun', async () => {
    const checking = refusal(engine.check());
    await untilAsked('GET /info');
    const closing = engine.close();
    await vi.advanceTimersByTimeAsync(20_000);
    await closing;
    expect(await checking).toMatchObject({ code: 'engine-unreachable' });
  });

  it('and lists nothing: sweep gives up', async () => {
    answersInfo();
    const sweeping = refusal(sweepAll());
    await untilAsked('GET /volumes');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await sweeping).toMatchObject({ code: 'engine-unreachable' });
  });

  describe('and has leftovers', () => {
    beforeEach(() => {
      answersInfo();
      answers['GET /volumes'] = json({ Volumes: [{ Name: 'a'.repeat(64), Labels: labels('task') }] });
      answers[`DELETE /volumes/${'a'.repeat(64)}`] = json({ message: 'device or resource busy' }, 500);
      answers['DELETE /containers/good'] = json(undefined, 204);
      answers['GET /images/i/json'] = json({ Id: 'i', Config: { Labels: null } });
      answers['GET /containers/json'] = (request, response) => {
        const isProbes = decodeURIComponent(request.url ?? '').includes('sluice.kind=probe');
        json(isProbes ? [] : containers)(request, response);
      };
    });
    const containers = [
      { Id: 'bad', Names: ['/sluice-20210129T120000Z-aaaaaa-1'], ImageID: 'i', Labels: labels('task') },
      { Id: 'good', Names: ['/sluice-holder-0123456789ab'], ImageID: 'i', Labels: labels('holder') },
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
      const probe = {
        Names: ['/sluice-probe-0123456789ab'],
        ImageID: 'i',
        Labels: { 'sluice.kind': 'probe' },
      };
      const probes = [
        { ...probe, Id: 'old', Created: now - 3600 },
        { ...probe, Id: 'new', Created: now - 5 },
        { ...probe, Id: 'named', Created: now - 3600, Names: ['/mine'] },
        {
          ...probe,
          Id: 'other',
          Created: now - 3600,
          Labels: { ...labels('probe'), 'sluice.store': 'else' },
        },
      ];
      json(isProbes ? probes : [])(request, response);
    };
    answers['GET /images/i/json'] = json({ Id: 'i' });
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

  describe('and is given a job', () => {
    const cancel = (): AbortController => new AbortController();

    beforeEach(() => {
      answersInfo();
      const image = { Id: 'sha256:1', Config: {}, RepoDigests: [] };
      answers['GET /images/x/json'] = json(image);
      answers['GET /images/sha256:1/json'] = json(image);
      answers['POST /containers/create'] = json({ Id: 'task' }, 201);
      answers['DELETE /containers/task'] = json(undefined, 204);
    });

    function answersEnded(): void {
      answers['POST /containers/task/start'] = json(undefined, 204);
      answers['POST /containers/task/wait'] = json({ StatusCode: 0 });
      const ended = { Running: false, Status: 'exited', ExitCode: 0, OOMKilled: false, Error: '' };
      const times = { StartedAt: '2021-01-29T00:00:00Z', FinishedAt: '2021-01-29T00:00:01Z' };
      answers['GET /containers/task/json'] = json({ State: { ...ended, ...times } });
      answers['GET /containers/task/logs'] = (_, response) => response.writeHead(200).end();
      const stat = Buffer.from('{"mtime":"2021-01-01T00:00:00Z"}').toString('base64');
      answers['HEAD /containers/task/archive'] = (_, response) =>
        response.writeHead(200, { 'x-docker-container-path-stat': stat }).end();
    }

    let log = '';
    beforeEach(() => {
      log = '';
    });

    function run(
      { signal }: AbortController = cancel(),
      rules: Job['outputs']['rules'] = [],
      more: Partial<Job> = {},
    ): ReturnType<Engine['run']> {
      const store = openMemoryStore();
      const plain = jobOf(store, 'x', 'true', { storeId: 's', timeoutSeconds: 3600, ...more });
      const job = { ...plain, outputs: { ...plain.outputs, rules } };
      const onLog: EngineRunOptions['onLog'] = ({ bytes }) => void (log += Buffer.from(bytes).toString());
      return engine.run(job, { signal, watched: false, onLog });
    }

    it('tells late that its memory was not enough: it is looked at again', async () => {
      answersEnded();
      answers['GET /info'] = json({ OSType: 'linux', MemoryLimit: true });
      let looks = 0;
      answers['GET /containers/task/json'] = (request, response) => {
        looks += 1;
        const ended = { Running: false, Status: 'exited', ExitCode: 137, OOMKilled: looks > 2, Error: '' };
        const times = { StartedAt: '2021-01-29T00:00:00Z', FinishedAt: '2021-01-29T00:00:01Z' };
        json({ State: { ...ended, ...times } })(request, response);
      };
      const { cause } = await run(cancel(), [], { resources: { pids: 10, memoryBytes: 2 ** 25 } });
      expect(cause).toMatchObject({ kind: 'oom' });
      looks = 0;
      expect((await run()).cause).toMatchObject({ kind: 'signal' });
      expect(looks).toBe(1);
    });

    it.each(['POST /containers/create', 'POST /containers/task/start'])(
      'hangs at %s: ends it as not started, to be tried again',
      async (hangs) => {
        delete answers[hangs];
        const running = run();
        await untilAsked(hangs);
        await vi.advanceTimersByTimeAsync(300_000);
        expect((await running).cause).toMatchObject({
          kind: 'start-failed',
          transient: true,
          message: expect.stringContaining('within 5 min'),
        });
      },
    );

    it.each(['GET /images/x/json', 'GET /images/sha256:1/json', 'GET /containers/task/json'])(
      'hangs at %s: ends it as an engine that was lost',
      async (hangs) => {
        answers['POST /containers/task/start'] = json(undefined, 204);
        answers['POST /containers/task/wait'] = json({ StatusCode: 0 });
        delete answers[hangs];
        const running = run();
        await untilAsked(hangs);
        await vi.advanceTimersByTimeAsync(60_000);
        expect((await running).cause).toMatchObject({
          kind: 'engine-lost',
          transient: true,
          message: expect.stringContaining('no answer for 60 s'),
        });
      },
    );

    it.each([
      ['GET /containers/task/logs', 60, []],
      ['HEAD /containers/task/archive', 60, []],
      ['GET /containers/task/archive', 600, [{ pattern: 'a', allowEmpty: false }]],
    ])('hangs at %s after the end: gives up after %i s', async (hangs, seconds, rules) => {
      answersEnded();
      delete answers[hangs];
      const running = run(cancel(), rules);
      await untilAsked(hangs);
      await vi.advanceTimersByTimeAsync(seconds * 1000);
      expect((await running).cause).toMatchObject({
        kind: 'engine-lost',
        message: expect.stringContaining(`no answer for ${seconds} s`),
      });
      expect(asked).toContain('DELETE /containers/task');
    });

    describe('and its log has no end', () => {
      const lines = (text: string): Buffer => {
        const header = Buffer.alloc(8);
        header[0] = 1;
        header.writeUInt32BE(text.length, 4);
        return Buffer.concat([header, Buffer.from(text)]);
      };
      beforeEach(() => {
        answersEnded();
        answers['GET /containers/task/logs'] = (request, response) => {
          response.writeHead(200);
          if ((request.url ?? '').includes('tail=')) response.end(lines('last\n'));
          else response.write(lines('first\nhal'));
        };
      });

      async function untilRead(): Promise<void> {
        await turnsUntil(
          () => log !== '',
          () => 'no log',
        );
        expect(log).toBe('first\nhal');
      }

      it('is cut after a minute, which is said, and its last lines follow', async () => {
        const running = run();
        await untilRead();
        await vi.advanceTimersByTimeAsync(59_000);
        expect(log).toBe('first\nhal');
        await vi.advanceTimersByTimeAsync(1000);
        expect((await running).cause).toBeUndefined();
        expect(log).toMatch(/^first\nhal\n… cut here after 10 bytes: .*\nlast\n$/);
      });

      it('is cut soon after an interrupt, which takes nothing from what was done by then', async () => {
        const interrupt = cancel();
        const running = run(interrupt);
        await untilRead();
        interrupt.abort();
        await vi.advanceTimersByTimeAsync(5000);
        expect((await running).cause).toBeUndefined();
        expect(log).toMatch(/last\n$/);
      });

      it('is cut 10 s after the end of a task whose time was over', async () => {
        let over = (): void => undefined;
        answers['POST /containers/task/wait'] = (request, response) => {
          over = () => json({ StatusCode: 143 })(request, response);
        };
        answers['POST /containers/task/stop'] = (request, response) => {
          over();
          json(undefined, 204)(request, response);
        };
        const running = run();
        await untilAsked('POST /containers/task/wait');
        await vi.advanceTimersByTimeAsync(3_600_000);
        await untilRead();
        await vi.advanceTimersByTimeAsync(10_000);
        expect((await running).cause).toMatchObject({ kind: 'timeout' });
        expect(log).toMatch(/last\n$/);
      });
    });

    it.each([
      ['DELETE /containers/task', undefined],
      ['PUT /containers/task/archive', 'cancelled'],
    ])('hangs at %s: an interrupt is not held up', async (hangs, kind) => {
      answersEnded();
      delete answers[hangs];
      const interrupt = cancel();
      const files = [{ kind: 'text', text: 'x', to: '/workspace/x', executable: false }] as const;
      const running = run(interrupt, [], hangs.startsWith('PUT') ? { files } : {});
      await untilAsked(hangs);
      interrupt.abort();
      await vi.advanceTimersByTimeAsync(20_000);
      expect((await running).cause?.kind).toBe(kind);
      // The session's end tries it once more.
      answers['DELETE /containers/task'] = json(undefined, 204);
    });

    it('takes no files: gives up after 10 min', async () => {
      const files = [{ kind: 'text', text: 'x', to: '/workspace/x', executable: false }] as const;
      const running = run(cancel(), [], { files });
      await untilAsked('PUT /containers/task/archive');
      await vi.advanceTimersByTimeAsync(600_000);
      expect((await running).cause).toMatchObject({
        kind: 'engine-lost',
        message: expect.stringContaining('no answer for 600 s'),
      });
    });

    it('sends what is in /outputs without an end: gives up after ten minutes, as it took too long', async () => {
      answersEnded();
      let sent = 0;
      answers['GET /containers/task/archive'] = (_, response) => {
        response.writeHead(200);
        const archive = pack();
        const huge = archive.entry({ name: 'huge', size: 2 ** 40 });
        archive.on('data', (chunk) => response.write(chunk as Uint8Array));
        const more = setInterval(() => {
          huge.write(Buffer.alloc(512));
          sent += 1;
        }, 1);
        response.on('close', () => clearInterval(more));
      };
      const running = run(cancel(), [{ pattern: 'a', allowEmpty: false }], { timeoutSeconds: 60 });
      await untilAsked('GET /containers/task/archive');
      for (let minute = 0; minute < 10; minute += 1) {
        const before = sent;
        await turnsUntil(
          () => sent >= before + 10,
          () => 'no more was sent',
        );
        await vi.advanceTimersByTimeAsync(60_000);
      }
      expect((await running).cause).toMatchObject({
        kind: 'timeout',
        message: expect.stringContaining('within 10 min'),
      });
    });

    it('does not end a container that is stopped: an interrupt is not held up for ever', async () => {
      answers['POST /containers/task/start'] = json(undefined, 204);
      const interrupt = cancel();
      const running = run(interrupt);
      await untilAsked('POST /containers/task/wait');
      interrupt.abort();
      await untilAsked('POST /containers/task/stop');
      await vi.advanceTimersByTimeAsync(65_000);
      await untilAsked('POST /containers/task/kill');
      await vi.advanceTimersByTimeAsync(120_000);
      expect((await running).cause?.kind).toBe('cancelled');
    });

    it('an interrupt frees a start that hangs, and the container is removed', async () => {
      const interrupt = cancel();
      const running = run(interrupt);
      await untilAsked('POST /containers/task/start');
      interrupt.abort();
      await vi.advanceTimersByTimeAsync(5000);
      expect((await running).cause?.kind).toBe('cancelled');
      expect(asked).toContain('DELETE /containers/task');
    });

    describe('with a network that is held', () => {
      beforeEach(() => {
        answers['GET /version'] = json({ Version: '20.10.24', Arch: 'amd64' });
        answers['GET /images/localhost/sluice-holder:1-amd64/json'] = json({ Id: 'sha256:2' });
        answers['POST /containers/create'] = (request, response) =>
          json({ Id: (request.url ?? '').includes('holder') ? 'holder' : 'task' }, 201)(request, response);
        answers['POST /containers/holder/start'] = json(undefined, 204);
        answers['DELETE /containers/holder'] = json(undefined, 204);
        const files = { HostsPath: '', HostnamePath: '', ResolvConfPath: '' };
        answers['GET /containers/holder/json'] = json({ State: { Running: true }, ...files });
      });

      it('hangs while it starts the holder: ends it as not started', async () => {
        delete answers['POST /containers/holder/start'];
        const running = run();
        await untilAsked('POST /containers/holder/start');
        await vi.advanceTimersByTimeAsync(300_000);
        expect((await running).cause).toMatchObject({ kind: 'start-failed', transient: true });
      });

      it('an interrupt frees a holder whose start hangs', async () => {
        delete answers['POST /containers/holder/start'];
        const interrupt = cancel();
        const running = run(interrupt);
        await untilAsked('POST /containers/holder/start');
        interrupt.abort();
        expect((await running).cause?.kind).toBe('cancelled');
      });

      it('refuses to start it and then goes: the container is removed all the same', async () => {
        answers['POST /containers/task/start'] = (request, response) => {
          answers['GET /containers/holder/json'] = (inspect) => inspect.socket.destroy();
          json({ message: 'cannot join network' }, 500)(request, response);
        };
        expect((await run()).cause).toMatchObject({ kind: 'start-failed' });
        expect(asked).toContain('DELETE /containers/task');
      });
    });
  });
});

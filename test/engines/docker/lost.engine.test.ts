import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDockerEngine } from '../../../runner/engines/docker/engine.ts';
import type { JobResult } from '../../../runner/model/job.ts';
import type { Engine, EngineRunOptions } from '../../../runner/ports.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { jobOf, keysBelow } from '../../contracts/jobs.ts';
import { busyboxImage } from '../../parts/busybox-image.ts';
import { dockerPart } from '../../parts/docker.ts';

/** Stands between us and the engine, and can fail as a network or a daemon does. */
interface Wire {
  readonly host: string;
  /** All connections break, new ones are refused. */
  cut(): void;
  /** Nothing passes any more, and nothing breaks. */
  stall(): void;
  mend(): Promise<void>;
  close(): void;
}

async function createWire(enginePath: string): Promise<Wire> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-wire-'));
  const path = join(folder, 'engine.sock');
  const sockets = new Set<Socket>();
  let stalled = false;
  const listen = (): Promise<ReturnType<typeof createServer>> =>
    new Promise((resolve) => {
      const server = createServer((near) => {
        const far = createConnection(enginePath);
        for (const [from, to] of [
          [near, far],
          [far, near],
        ] as const) {
          sockets.add(from);
          from.on('data', (bytes) => void (stalled || to.write(bytes)));
          from.on('error', () => to.destroy());
          from.on('close', () => (stalled ? undefined : to.destroy()));
        }
      }).listen(path, () => resolve(server));
    });
  let server = await listen();
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    host: `unix://${path}`,
    cut,
    stall: () => void (stalled = true),
    async mend() {
      stalled = false;
      cut();
      rmSync(path, { force: true });
      server = await listen();
    },
    close() {
      cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe('an engine that goes away', { timeout: 30_000 }, () => {
  const storeId = `lost-${process.pid}`;
  const store = openMemoryStore();
  let docker: Dockerode;
  let image: string;
  let host: string;
  let wire: Wire;
  let engine: Engine;

  beforeEach(async () => {
    const part = await dockerPart();
    ({ docker, host } = part);
    image = await busyboxImage(docker);
    wire = await createWire(part.host.replace('unix://', ''));
    engine = createDockerEngine({
      host: wire.host,
      env: {},
      openStore: () => store,
      timing: { heartbeat: { everySeconds: 0.2, answerSeconds: 0.5, misses: 2 } },
    });
    await engine.check();
  });

  afterEach(async () => {
    await engine.close();
    wire.close();
    const sweeper = createDockerEngine({ host, env: {}, openStore: () => store });
    await sweeper.sweep({ storeId, isLive: () => Promise.resolve(false) });
    await sweeper.close();
  });

  async function untilRunning(attempt: string): Promise<void> {
    const container = docker.getContainer(`sluice-${attempt}`);
    const running = (): Promise<boolean> =>
      container.inspect().then(
        ({ State }) => State.Running,
        () => false,
      );
    await expect.poll(running, { timeout: 20_000 }).toBe(true);
  }

  const options: EngineRunOptions = {
    signal: new AbortController().signal,
    watched: false,
    onLog: () => undefined,
  };

  it.each(['cut', 'stall'] as const)(
    'while a task runs (%s): the job ends as engine-lost, and nothing hangs',
    async (how) => {
      const asked = jobOf(store, image, 'sleep 60; echo x > /outputs/a', { storeId });
      const running = engine.run(
        { ...asked, outputs: { ...asked.outputs, rules: [{ pattern: 'a', allowEmpty: false }] } },
        options,
      );
      await untilRunning(asked.attempt);
      wire[how]();
      const result: JobResult = await running;
      expect(result.cause).toMatchObject({ kind: 'engine-lost', transient: true });
      expect(result.objects).toEqual([]);
      expect(await keysBelow(store, asked.outputs.prefix)).toEqual([]);
    },
  );

  it('is used again once it is back', async () => {
    const asked = jobOf(store, image, 'sleep 60', { storeId });
    const running = engine.run(asked, options);
    await untilRunning(asked.attempt);
    wire.stall();
    expect((await running).cause?.kind).toBe('engine-lost');
    await wire.mend();
    expect((await engine.run(jobOf(store, image, 'true', { storeId }), options)).cause).toBeUndefined();
  });

  it('before a task starts ends it as engine-lost, with what to do', async () => {
    await engine.close();
    wire.cut();
    const { cause } = await engine.run(jobOf(store, image, 'true', { storeId }), options);
    expect(cause).toMatchObject({ kind: 'engine-lost', transient: true });
    expect(cause?.message).toContain('no container engine answers');
  });

  it('makes check throw with the command to type', async () => {
    await engine.close();
    wire.cut();
    await expect(engine.check()).rejects.toMatchObject({
      code: 'engine-unreachable',
      fix: expect.any(String),
    });
  });
});

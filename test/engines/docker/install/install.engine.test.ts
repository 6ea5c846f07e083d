import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureEngine } from '../../../../runner/engines/docker/install/install.ts';
import { thisMachine, type Machine } from '../../../../runner/engines/docker/install/machine.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-dockerd-'));
});

afterAll(async () => {
  const pid = Number(await readFile(join(folder, 'docker.pid'), 'utf8').catch(() => ''));
  if (pid > 0) {
    process.kill(pid, 'SIGTERM');
    while (isAlive(pid)) await sleep(50);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

it('starts a daemon that outlives its starter, without systemd; a second call finds it', async () => {
  const host = `unix://${join(folder, 'docker.sock')}`;
  const said: string[] = [];
  const options = {
    say: (line: string) => said.push(line),
    env: process.env,
    host,
    machine: apart(),
    daemon: {
      arguments: [
        `--host=${host}`,
        `--data-root=${join(folder, 'data')}`,
        `--exec-root=${join(folder, 'exec')}`,
        `--pidfile=${join(folder, 'docker.pid')}`,
      ],
      logFile: join(folder, 'dockerd.log'),
    },
  };
  expect(await ensureEngine(options)).toEqual({ host, how: 'started' });
  expect(said.at(-1)).toBe('the engine is ready');
  const info: unknown = await new Dockerode({ socketPath: join(folder, 'docker.sock') }).info();
  expect(info).toMatchObject({ DockerRootDir: join(folder, 'data') });

  said.length = 0;
  expect(await ensureEngine(options)).toEqual({ host, how: 'was-there' });
  expect(said).toEqual([]);
});

it('says what the daemon said when it does not start', async () => {
  const host = `unix://${join(folder, 'other.sock')}`;
  const outcome = ensureEngine({
    say: () => undefined,
    env: process.env,
    host,
    machine: apart(),
    daemon: { arguments: ['--no-such-flag'], logFile: join(folder, 'other.log') },
  });
  await expect(outcome).rejects.toThrow(/dockerd ended at once; the end of its log:\n[^]*no-such-flag/);
});

/**
 * Without systemd, and with a network of its own: a daemon takes docker0 and the packet filter for its property,
 * and would remove the bridge that the machine's own engine uses.
 */
function apart(): Machine {
  const machine = thisMachine(process.env);
  return {
    ...machine,
    systemd: false,
    start: (command, logFile) => machine.start(['unshare', '--net', ...command], logFile),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

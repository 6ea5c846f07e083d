import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  causeOfEnd,
  causeOfStart,
  type EndCircumstances,
} from '../../../../runner/engines/docker/container/cause.ts';

/** What an engine said of a container that had ended, as recorded; `stderr` is the end of its log. */
interface Recorded {
  readonly State: { readonly ExitCode: number; readonly OOMKilled: boolean; readonly Error: string };
  readonly HostConfig: { readonly Memory: number };
  readonly stderr: string;
  readonly startError?: { readonly status: number; readonly message: string };
}

const folder = new URL('../../../fixtures/inspect/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -'.json'.length))
  .sort();

function read(name: string): Recorded {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Recorded;
}

function causeOf(name: string, stopped?: EndCircumstances['stopped']): string {
  const { State, HostConfig, stderr, startError } = read(name);
  const cause =
    startError === undefined
      ? causeOfEnd(
          {
            exitCode: State.ExitCode,
            oomKilled: State.OOMKilled,
            wasSignalled: false,
            error: State.Error,
            lastWords: stderr,
          },
          {
            stopped,
            timeoutSeconds: 90,
            memory: HostConfig.Memory === 0 ? undefined : { bytes: HostConfig.Memory, isOwn: true },
          },
        )
      : causeOfStart(startError.status, startError.message, 'nosuch');
  return cause === undefined
    ? 'good'
    : `${cause.kind}${cause.transient ? ' (transient)' : ''}: ${cause.message}`;
}

describe('causeOfEnd', () => {
  it('tells recorded ends of both engines apart', async () => {
    const table = names.map((name) => `${name}\n    ${causeOf(name)}\n`).join('');
    await expect(table).toMatchFileSnapshot('../../../fixtures/inspect/causes.txt');
  });

  it('puts our own stop before what it looked like', () => {
    expect(causeOf('docker-20.10-stopped', 'timeout')).toMatch(/^timeout: stopped after 90 s/);
    expect(causeOf('docker-20.10-stopped-hard', 'timeout')).toMatch(/^timeout/);
    expect(causeOf('podman-4.3-stopped-hard', 'cancelled')).toMatch(/^cancelled/);
    expect(causeOf('docker-20.10-exit-0', 'cancelled')).toMatch(/^cancelled/);
  });

  it('believes a script that ends with 1 by itself', () => {
    const state = { ...killed, exitCode: 1, lastWords: 'ERROR: catatonit is fine\n' };
    expect(causeOfEnd(state, unlimited)).toMatchObject({ kind: 'exit', message: 'exit status 1' });
  });
});

const killed = { exitCode: 137, oomKilled: false, wasSignalled: false, error: '', lastWords: '' };
const unlimited = { stopped: undefined, timeoutSeconds: 1, memory: undefined };

describe('a task that was killed', () => {
  const limited = { ...unlimited, memory: { bytes: 2 ** 30, isOwn: true } };

  it('under a memory limit by nobody who is known ran out of memory, whatever the engine tells', () => {
    expect(causeOfEnd(killed, limited)).toMatchObject({
      kind: 'oom',
      message: expect.stringContaining('limit 1 GiB; see resources: memory'),
    });
  });

  it("is told that the limit is not its own, where it is the engine's", () => {
    const { message } = causeOfEnd(killed, { ...limited, memory: { bytes: 2 ** 30, isOwn: false } }) ?? {};
    expect(message).toContain("limit 1 GiB, the engine's less a tenth");
  });

  it('by somebody, or without a limit, did not', () => {
    expect(causeOfEnd({ ...killed, wasSignalled: true }, limited)).toMatchObject({ kind: 'signal' });
    expect(causeOfEnd(killed, unlimited)).toMatchObject({ kind: 'signal' });
  });
});

describe('causeOfStart', () => {
  it('takes from both engines what no other try can mend for final', async () => {
    const file = new URL('../../../fixtures/start/refusals.json', import.meta.url);
    const refusals = JSON.parse(readFileSync(file, 'utf8')) as readonly [string, number, string][];
    const table = refusals.map(([what, status, message]) => {
      const { kind, message: words, transient } = causeOfStart(status, message, 'x');
      return `${what}: ${kind}${transient ? ' (transient)' : ''}: ${words}\n`;
    });
    await expect(table.join('')).toMatchFileSnapshot('../../../fixtures/start/causes.txt');
    expect(table.filter((line) => line.includes('(transient)'))).toHaveLength(2);
  });

  it('knows why an init program itself could not be given its arguments', () => {
    const lastWords = 'exec /sbin/docker-init: argument list too long\n';
    expect(causeOfEnd({ ...killed, exitCode: 1, lastWords }, unlimited)).toMatchObject({
      kind: 'command-not-found',
      message: expect.stringContaining('argument list too long'),
    });
  });

  it.each([
    [400, 'OCI runtime create failed: exec: "x": permission denied: unknown', 'command-not-found', false],
    [400, 'exec /x: exec format error', 'command-not-found', false],
    [400, 'No command specified', 'start-failed', false],
    [400, 'Minimum memory limit allowed is 6MB', 'start-failed', false],
    [500, 'driver failed programming external connectivity', 'start-failed', true],
  ])('%i %s', (status, message, kind, transient) => {
    expect(causeOfStart(status, message, 'x')).toMatchObject({ kind, transient });
  });
});

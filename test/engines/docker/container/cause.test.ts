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
            error: State.Error,
            lastWords: stderr,
          },
          {
            stopped,
            timeoutSeconds: 90,
            memoryBytes: HostConfig.Memory === 0 ? undefined : HostConfig.Memory,
            tellsOom: name.startsWith('docker'),
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
    const state = { exitCode: 1, oomKilled: false, error: '', lastWords: 'ERROR: catatonit is fine\n' };
    const circumstances = { stopped: undefined, timeoutSeconds: 1, memoryBytes: undefined, tellsOom: false };
    expect(causeOfEnd(state, circumstances)).toMatchObject({ kind: 'exit', message: 'exit status 1' });
  });
});

describe('causeOfStart', () => {
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

import { describe, expect, it } from 'vitest';
import { adviceFor, silenceAdvice } from '../../../../runner/engines/docker/install/advice.ts';
import type { Machine } from '../../../../runner/engines/docker/install/machine.ts';

const USUAL = 'unix:///var/run/docker.sock';

function machine(answering: readonly string[], about: Partial<Machine> = {}): Machine {
  return {
    platform: 'linux',
    isRoot: true,
    mayStartEngines: true,
    distribution: ['debian'],
    systemd: false,
    has: () => false,
    run: async () => ({ status: 0, output: '' }),
    start: () => ({ hasEnded: () => false }),
    lastLines: () => [],
    answers: async (host) => (answering.includes(host) ? 'yes' : 'no'),
    sleep: async () => undefined,
    ...about,
  };
}

describe('where no engine answers', () => {
  it.each([
    [
      'DOCKER_HOST is wrong, and the usual engine answers',
      { DOCKER_HOST: 'tcp://x:1' },
      undefined,
      [USUAL],
      `unset DOCKER_HOST   (an engine answers at ${USUAL})`,
    ],
    [
      'DOCKER_HOST is wrong, and no engine runs',
      { DOCKER_HOST: 'tcp://x:1' },
      undefined,
      [],
      'unset DOCKER_HOST, then: sluice doctor --fix',
    ],
    [
      'a setting is wrong, and the usual engine answers',
      { DOCKER_HOST: 'tcp://x:1' },
      'tcp://y:1',
      [USUAL],
      `--engine ${USUAL}   (there an engine answers)`,
    ],
    [
      'a setting is wrong, and no engine runs',
      {},
      'tcp://y:1',
      [],
      'start the engine there, or one here: sluice doctor --fix',
    ],
    ['nothing was asked for', {}, undefined, [], 'sluice doctor --fix'],
  ])('%s', async (_, env, host, answering, advice) => {
    const asked = { env, ...(host === undefined ? {} : { host }) };
    expect(await adviceFor(asked, machine(answering))).toBe(advice);
  });

  it('names what is right on the machine', async () => {
    const has = (program: string): boolean => program === 'dockerd';
    const fedora = { distribution: ['fedora'], isRoot: false, has } as const;
    expect(await adviceFor({ env: {} }, machine([], { ...fedora, systemd: true }))).toBe(
      'sudo systemctl start docker',
    );
    expect(await adviceFor({ env: {} }, machine([], fedora))).toBe('sudo service docker start');
  });
});

it('an engine that is silent is looked at before it is restarted', () => {
  const has = (): boolean => true;
  const advice = silenceAdvice({}, machine([], { systemd: true, has }));
  expect(advice).toContain('it may only be busy');
  expect(advice).toContain('journalctl -u docker');
  expect(silenceAdvice({}, machine([], { has }))).not.toContain('journalctl');
});

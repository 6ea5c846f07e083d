import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { identify, processState, systemProbe, type SystemProbe } from '../../runner/machine/process.ts';

/** A machine by its files. */
function machine(files: Readonly<Record<string, string>>, more: Partial<SystemProbe> = {}): SystemProbe {
  return {
    pid: 10,
    host: 'here',
    readText: (path) => files[path],
    readLink: () => 'pid:[1]',
    hasProcess: (pid) => files[`/proc/${pid}/stat`] !== undefined,
    askProcess: () => undefined,
    askBoot: () => undefined,
    ...more,
  };
}

const stat = (pid: number, name: string, startTime: string, state = 'S') =>
  `${pid} (${name}) ${state} 1 ${pid} ${pid} 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 ${startTime} 1000 200\n`;

const FILES = {
  '/proc/sys/kernel/random/boot_id': 'boot-a\n',
  '/etc/machine-id': 'machine\n',
  '/proc/10/stat': stat(10, 'node', '555'),
  '/proc/11/stat': stat(11, 'a) S 1 (x', '777'),
  '/proc/12/stat': stat(12, 'node', '888', 'Z'),
};
const self = identify(machine(FILES));

describe('who a process is', () => {
  it('is boot, pid, start time, and what outlives a restart', () => {
    expect(self).toEqual({
      bootId: 'boot-a',
      pid: 10,
      startTime: '555',
      host: 'here',
      machineId: 'machine',
      pidNamespace: 'pid:[1]',
    });
  });

  it('reads the start time behind a command with blanks and parentheses', () => {
    expect(identify(machine(FILES, { pid: 11 })).startTime).toBe('777');
  });

  it('is asked of ps and sysctl where there is no /proc', () => {
    const probe = machine(
      {},
      { askProcess: (pid) => `started ${pid}`, askBoot: () => 'booted', readLink: () => undefined },
    );
    const mac = identify(probe);
    expect(mac).toEqual({ bootId: 'booted', pid: 10, startTime: 'started 10', host: 'here' });
    expect(processState(mac, mac, probe)).toBe('alive');
    expect(processState({ ...mac, startTime: 'earlier' }, mac, probe)).toBe('dead');
  });
});

describe('whether a process lives', () => {
  const probe = machine(FILES);
  it.each([
    ['itself', {}, 'alive'],
    ['one whose pid is free', { pid: 99 }, 'dead'],
    ['one whose pid was given to another', { startTime: '1' }, 'dead'],
    ['one that ended and was not waited for', { pid: 12, startTime: '888' }, 'dead'],
    ['one before the machine’s restart', { bootId: 'boot-0' }, 'dead'],
    ['one of another machine', { bootId: 'boot-0', machineId: 'other' }, 'unknown'],
    ['one of a machine with the same image, another name', { bootId: 'boot-0', host: 'there' }, 'unknown'],
    ['one of another container', { pidNamespace: 'pid:[2]' }, 'unknown'],
  ] as const)('%s', (_, more, expected) => {
    expect(processState({ ...self, ...more }, self, probe)).toBe(expected);
  });

  it('is not known of one that is there and cannot be read', () => {
    const blind = machine(FILES, { hasProcess: (pid) => pid === 99 });
    expect(processState({ ...self, pid: 99 }, self, blind)).toBe('unknown');
    expect(processState({ ...self, pid: 98 }, self, blind)).toBe('dead');
    expect(
      processState({ ...self, pid: 12, startTime: '888' }, self, { ...blind, hasProcess: () => true }),
    ).toBe('dead');
  });

  it('is seen of a real child until it is killed', async () => {
    const child = spawn('sleep', ['60']);
    const identity = identify({ ...systemProbe, pid: child.pid ?? 0 });
    const me = identify();
    expect(processState(identity, me)).toBe('alive');
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exit;
    expect(processState(identity, me)).toBe('dead');
  });
});

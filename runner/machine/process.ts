import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../model/records.ts';

/** `unknown`: of another machine or another container, out of sight from here. */
export type ProcessState = 'alive' | 'dead' | 'unknown';

/** What this process can see of the machine. */
export interface SystemProbe {
  readonly pid: number;
  readonly host: string;
  /** The file's text; undefined when it is not there. */
  readText(path: string): string | undefined;
  readLink(path: string): string | undefined;
  /** Whether there is such a process, though nothing else may be known of it. */
  hasProcess(pid: number): boolean;
  /** Where there is no `/proc`: when a process started and when the system did, in the system's own words. */
  askProcess(pid: number): string | undefined;
  askBoot(): string | undefined;
}

/** Who this process is, so that others can tell whether it still runs. */
export function identify(probe: SystemProbe = systemProbe): ProcessIdentity {
  const machineId = probe.readText('/etc/machine-id')?.trim();
  const pidNamespace = probe.readLink('/proc/self/ns/pid');
  return {
    bootId: bootOf(probe),
    pid: probe.pid,
    startTime: startTimeOf(probe.pid, probe) ?? 'unknown',
    host: probe.host,
    ...(machineId === undefined || machineId === '' ? {} : { machineId }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  };
}

/** Whether the process still runs, as far as that can be told from `self`. A pid that was reused is not it. */
export function processState(
  identity: ProcessIdentity,
  self: ProcessIdentity,
  probe: SystemProbe = systemProbe,
): ProcessState {
  if (identity.bootId !== self.bootId) return wasRestarted(identity, self) ? 'dead' : 'unknown';
  // Equal boot, other container: its pids mean nothing here.
  if (identity.pidNamespace !== self.pidNamespace) return 'unknown';
  const startTime = startTimeOf(identity.pid, probe);
  if (startTime === undefined && probe.hasProcess(identity.pid) && !hasEnded(identity.pid, probe)) {
    // Its file could not be read: too many are open, or it is hidden from us.
    return 'unknown';
  }
  return startTime === identity.startTime ? 'alive' : 'dead';
}

/** For the names of unfinished files: four parts without a dot in them, parted by dots. */
export function ownerName({ bootId, pidNamespace, pid, startTime }: ProcessIdentity): string {
  return [bootId, pidNamespace ?? '', pid, startTime]
    .map((part) => encodeURIComponent(part).replaceAll('.', '%2E'))
    .join('.');
}

/** Whether the process that `ownerName` named still runs. */
export function ownerState(name: string, self: ProcessIdentity, probe?: SystemProbe): ProcessState {
  const [bootId = '', pidNamespace = '', pid = '', startTime = ''] = name.split('.').map(decoded);
  const { pidNamespace: _, machineId: __, ...rest } = self;
  const owner = { ...rest, bootId, pid: Number(pid), startTime };
  return processState(pidNamespace === '' ? owner : { ...owner, pidNamespace }, self, probe);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** One machine, two boots. Names alone are not enough: hosted machines share them. */
function wasRestarted(identity: ProcessIdentity, self: ProcessIdentity): boolean {
  return (
    identity.machineId !== undefined && identity.machineId === self.machineId && identity.host === self.host
  );
}

function bootOf(probe: SystemProbe): string {
  return probe.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? probe.askBoot() ?? 'unknown';
}

/** Field 22 of `/proc/<pid>/stat`; a zombie is gone. */
function startTimeOf(pid: number, probe: SystemProbe): string | undefined {
  const fields = statOf(pid, probe);
  if (fields === undefined) return probe.askProcess(pid);
  return isOver(fields) ? undefined : fields[19];
}

function hasEnded(pid: number, probe: SystemProbe): boolean {
  const fields = statOf(pid, probe);
  return fields !== undefined && isOver(fields);
}

/** From the third field on: the command before them may hold blanks and parentheses. */
function statOf(pid: number, probe: SystemProbe): readonly string[] | undefined {
  const stat = probe.readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function isOver(fields: readonly string[]): boolean {
  return fields[0] === 'Z' || fields[0] === 'X';
}

export const systemProbe: SystemProbe = {
  pid: process.pid,
  host: hostname(),
  readText: (path) => attempt(() => readFileSync(path, 'utf8')),
  readLink: (path) => attempt(() => readlinkSync(path)),
  hasProcess(pid) {
    try {
      return process.kill(pid, 0);
    } catch (error) {
      return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
    }
  },
  askProcess: (pid) =>
    process.platform === 'linux' ? undefined : ask('ps', ['-o', 'lstart=', '-p', String(pid)]),
  askBoot: () => (process.platform === 'linux' ? undefined : ask('sysctl', ['-n', 'kern.boottime'])),
};

function ask(command: string, words: readonly string[]): string | undefined {
  const text = attempt(() =>
    execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(),
  );
  return text === '' ? undefined : text;
}

/** Not there, not allowed, gone meanwhile: all mean that nothing can be seen. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

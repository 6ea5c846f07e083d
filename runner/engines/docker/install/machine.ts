import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Answer = 'yes' | 'no' | 'denied';

/** What installing an engine needs to know of, and do on, this machine. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  /** Root of the machine itself, not only of a container: it may make name spaces and mounts. */
  readonly mayStartEngines: boolean;
  /** `ID` and `ID_LIKE` of os-release: `ubuntu debian`. */
  readonly distribution: readonly string[];
  readonly systemd: boolean;
  has(program: string): boolean;
  /** Runs to the end, output to memory. */
  run(command: readonly string[]): Promise<{ readonly status: number | string; readonly output: string }>;
  /** Runs on after this process; output to the file. */
  start(command: readonly string[], logFile: string): { hasEnded(): boolean };
  lastLines(logFile: string, count: number): readonly string[];
  answers(host: string): Promise<Answer>;
  sleep(milliseconds: number): Promise<void>;
}

export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  const isRoot = process.getuid?.() === 0;
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  const paths = { ...env, PATH: folders.join(delimiter) };
  return {
    platform: process.platform,
    isRoot,
    mayStartEngines: isRoot && hasSysAdmin(read('/proc/self/status')),
    distribution: distributionOf(read('/etc/os-release')),
    systemd: existsSync('/run/systemd/system'),
    has: (program) => folders.some((folder) => folder !== '' && existsSync(join(folder, program))),
    run: (command) => run(command, { ...paths, DEBIAN_FRONTEND: 'noninteractive' }),
    start: (command, logFile) => start(command, logFile, paths),
    lastLines: (logFile, count) => read(logFile).trimEnd().split('\n').slice(-count),
    answers: ping,
    sleep: (milliseconds) => sleep(milliseconds),
  };
}

/** Bit 21 of the effective capabilities is CAP_SYS_ADMIN (capabilities(7)). */
export function hasSysAdmin(processStatus: string): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(processStatus)?.[1];
  return effective !== undefined && ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n;
}

export function distributionOf(osRelease: string): readonly string[] {
  const field = (name: string): string =>
    new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '';
  return `${field('ID')} ${field('ID_LIKE')}`.split(/\s+/).filter((word) => word !== '');
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not there on this kind of machine, which tells as much.
    return '';
  }
}

function run(
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ status: number | string; output: string }> {
  const [program = '', ...words] = command;
  return new Promise((resolve) => {
    const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const add = (text: string): void => void (output = (output + text).slice(-100_000));
    child.stdout.setEncoding('utf8').on('data', add);
    child.stderr.setEncoding('utf8').on('data', add);
    child.on('error', (error) => resolve({ status: 'not started', output: String(error) }));
    child.on('close', (code, signal) => resolve({ status: code ?? signal ?? 'unknown', output }));
  });
}

function start(
  command: readonly string[],
  logFile: string,
  env: Readonly<Record<string, string | undefined>>,
): { hasEnded(): boolean } {
  const [program = '', ...words] = command;
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const child: ChildProcess = spawn(program, words, { env, detached: true, stdio: ['ignore', log, log] });
  let ended = false;
  child.on('error', () => (ended = true));
  child.on('exit', () => (ended = true));
  child.unref();
  return { hasEnded: () => ended };
}

/** Asks `/_ping`, which every engine answers without a version or a login. Any answer is one. */
function ping(host: string): Promise<Answer> {
  const url = /^(unix|npipe|tcp|http):\/\/(.*)$/.exec(host);
  // Over ssh, for example: whoever connects will see.
  if (url === null) return Promise.resolve('yes');
  const [, scheme = '', address = ''] = url;
  const isSocket = scheme === 'unix' || scheme === 'npipe';
  const [, name, port = '2375'] = /^(.*?)(?::(\d+))?\/*$/.exec(address) ?? [];
  const target = isSocket ? { socketPath: address } : { host: name, port };
  return new Promise((resolve) => {
    const asked = request({ ...target, path: '/_ping', timeout: 3000 }, (response) => {
      response.resume();
      resolve('yes');
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EACCES' ? 'denied' : 'no'));
    asked.end();
  });
}

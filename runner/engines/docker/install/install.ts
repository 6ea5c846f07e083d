import { EngineError } from '../../../errors.ts';
import { engineHosts } from '../connection/hosts.ts';
import { adviceFor } from './advice.ts';
import { thisMachine, type Machine } from './machine.ts';
import { aptInstall, remedyFor } from './remedy.ts';

const DEFAULT_HOST = 'unix:///var/run/docker.sock';
const READY_SECONDS = 60;

export interface EnsureEngineOptions {
  /** Told what is being done; each call one line. */
  readonly say: (line: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ask only here. */
  readonly host?: string;
  /** A daemon of its own, apart from the machine's: the host must be where these arguments let it listen. */
  readonly daemon?: { readonly arguments: readonly string[]; readonly logFile: string };
  readonly machine?: Machine;
}

export interface EnsuredEngine {
  readonly host: string;
  readonly how: 'was-there' | 'started' | 'installed';
}

/**
 * Sees to it that an engine answers: on Debian and Ubuntu as root it is installed and started if need be.
 * Elsewhere it throws an `EngineError` whose `fix` is the command to type.
 */
export async function ensureEngine(options: EnsureEngineOptions): Promise<EnsuredEngine> {
  const { say, env, daemon } = options;
  const machine = options.machine ?? thisMachine(env);
  const hosts = engineHosts(options.host, env, machine.platform);
  const answering = await firstAnswer(machine, hosts);
  if (answering !== undefined) return { host: answering, how: 'was-there' };

  const asked = options.host ?? (env['DOCKER_HOST'] || undefined);
  if (asked !== undefined && asked !== DEFAULT_HOST && daemon === undefined) {
    throw new EngineError('engine-unreachable', `no container engine answers at ${asked}`, {
      fix: await adviceFor(options, machine),
    });
  }
  const remedy = remedyFor(machine);
  if (remedy.kind === 'tell') {
    throw new EngineError('engine-unreachable', `no container engine answers: ${remedy.why}`, {
      fix: remedy.fix,
    });
  }
  const host = daemon === undefined ? DEFAULT_HOST : (asked ?? DEFAULT_HOST);
  say(`no container engine answers at ${host}`);
  if (remedy.packages.length > 0) {
    await install(machine, remedy.packages, say);
    // A package's own scripts may have started it.
    if (daemon === undefined && (await becomesReady(machine, host, 3))) return { host, how: 'installed' };
  }
  if (remedy.start === 'systemd' && daemon === undefined) await startService(machine, host, say);
  else await startDetached(machine, host, daemon, say);
  return { host, how: remedy.packages.length > 0 ? 'installed' : 'started' };
}

async function firstAnswer(machine: Machine, hosts: readonly string[]): Promise<string | undefined> {
  const answers = await Promise.all(hosts.map((host) => machine.answers(host)));
  const answering = hosts.find((_, index) => answers[index] === 'yes');
  if (answering !== undefined) return answering;
  const denied = hosts.find((_, index) => answers[index] === 'denied');
  if (denied === undefined) return undefined;
  throw new EngineError('engine-denied', `there is an engine at ${denied}, but this user may not use it`, {
    fix: 'sudo usermod -aG docker "$USER" && newgrp docker',
  });
}

async function install(
  machine: Machine,
  packages: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  for (const command of aptInstall(packages)) {
    say(`running ${command.join(' ')}`);
    const { status, output } = await machine.run(command);
    if (status === 0) continue;
    const lines = output.trimEnd().split('\n').slice(-10).join('\n');
    throw new EngineError(
      'engine-unreachable',
      `${command.join(' ')} ended with status ${status}:\n${lines}`,
      {
        fix: command.join(' '),
      },
    );
  }
}

async function startService(machine: Machine, host: string, say: (line: string) => void): Promise<void> {
  say('running systemctl start docker');
  const { status, output } = await machine.run(['systemctl', 'start', 'docker']);
  if (status === 0 && (await becomesReady(machine, host, READY_SECONDS))) return;
  throw new EngineError('engine-unreachable', `Docker's service did not start: ${output.trim()}`, {
    fix: 'journalctl -u docker.service',
  });
}

async function startDetached(
  machine: Machine,
  host: string,
  daemon: EnsureEngineOptions['daemon'],
  say: (line: string) => void,
): Promise<void> {
  const logFile = daemon?.logFile ?? '/var/log/sluice-dockerd.log';
  const command = ['dockerd', ...(daemon?.arguments ?? [])];
  say(`starting ${command.join(' ')} in the background, its log in ${logFile}`);
  const started = machine.start(command, logFile);
  // Another process may have started one at the same moment: ours ends, theirs answers.
  if (await becomesReady(machine, host, READY_SECONDS, () => started.hasEnded())) {
    say('the engine is ready');
    return;
  }
  const what = started.hasEnded() ? 'ended at once' : `did not answer within ${READY_SECONDS} s`;
  throw new EngineError(
    'engine-unreachable',
    `dockerd ${what}; the end of its log:\n${machine.lastLines(logFile, 10).join('\n')}`,
    { fix: `less ${logFile}` },
  );
}

async function becomesReady(
  machine: Machine,
  host: string,
  seconds: number,
  hasEnded: () => boolean = () => false,
): Promise<boolean> {
  const stepMilliseconds = 250;
  let left = (seconds * 1000) / stepMilliseconds;
  while (left > 0) {
    if ((await machine.answers(host)) === 'yes') return true;
    // Once ours has ended, another one gets two seconds to answer.
    if (hasEnded()) left = Math.min(left, 2000 / stepMilliseconds);
    left -= 1;
    await machine.sleep(stepMilliseconds);
  }
  return false;
}

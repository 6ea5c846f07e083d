import { engineHosts } from '../connection/hosts.ts';
import { thisMachine, type Machine } from './machine.ts';
import { remedyFor } from './remedy.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface AskedHost {
  /** By a setting of sluice's own; undefined: `DOCKER_HOST`, else the usual sockets. */
  readonly host?: string;
  readonly env: Env;
}

/**
 * What a person can type where no engine answers. If it was asked for at one address only, and one answers elsewhere on
 * this machine, that one is named; else what makes one answer here.
 */
export async function adviceFor(
  { host, env }: AskedHost,
  machine: Machine = thisMachine(env),
): Promise<string> {
  const setBy = host !== undefined ? 'setting' : env['DOCKER_HOST'] ? 'DOCKER_HOST' : undefined;
  if (setBy === undefined) return startHere(machine);
  const found = await firstUsual(env, machine);
  if (found !== undefined) {
    return setBy === 'DOCKER_HOST'
      ? `unset DOCKER_HOST   (an engine answers at ${found})`
      : `--engine ${found}   (there an engine answers)`;
  }
  return setBy === 'DOCKER_HOST'
    ? `unset DOCKER_HOST, then: ${startHere(machine)}`
    : `start the engine there, or one here: ${startHere(machine)}`;
}

/**
 * For an engine that answers its ping and nothing else in time: a machine that is at its limit does that too, and a
 * restart would cost everybody's containers.
 */
export function silenceAdvice(env: Env, machine: Machine = thisMachine(env)): string {
  const look =
    machine.systemd && machine.has('dockerd')
      ? `its log (${machine.isRoot ? '' : 'sudo '}journalctl -u docker)`
      : 'its log';
  return `it may only be busy: look at the machine's load, its disk and ${look}, and try again; restart the engine if it stays silent`;
}

async function firstUsual(env: Env, machine: Machine): Promise<string | undefined> {
  const hosts = engineHosts(undefined, { ...env, DOCKER_HOST: undefined }, machine.platform);
  const answers = await Promise.all(hosts.map((host) => machine.answers(host)));
  return hosts.find((_, index) => answers[index] === 'yes');
}

function startHere(machine: Machine): string {
  const remedy = remedyFor(machine);
  switch (remedy.kind) {
    case 'tell':
      return remedy.fix;
    case 'install':
      return 'sluice doctor --fix';
  }
}

import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../../runner/errors.ts';
import { engineHosts } from '../../../../runner/engines/docker/connection/hosts.ts';
import { ensureEngine } from '../../../../runner/engines/docker/install/install.ts';
import {
  distributionOf,
  hasSysAdmin,
  type Answer,
  type Machine,
} from '../../../../runner/engines/docker/install/machine.ts';

const SOCKET = 'unix:///var/run/docker.sock';

interface Fake extends Machine {
  readonly commands: string[];
}

/** A machine on which the engine answers once a command that contains `answersAfter` has run. */
function machine(
  about: Partial<Machine> & {
    readonly programs?: readonly string[];
    readonly answersAfter?: string;
    readonly answer?: Answer;
    readonly endsAtOnce?: boolean;
    readonly failing?: string;
  } = {},
): Fake {
  const commands: string[] = [];
  const programs = new Set(about.programs);
  return {
    platform: 'linux',
    isRoot: true,
    mayStartEngines: true,
    distribution: ['debian'],
    systemd: false,
    has: (program) => programs.has(program),
    run: async (command) => {
      commands.push(command.join(' '));
      const fails = about.failing !== undefined && command.join(' ').includes(about.failing);
      return fails ? { status: 100, output: 'E: no such mirror\n' } : { status: 0, output: '' };
    },
    start: (command) => {
      commands.push(`${command.join(' ')} &`);
      return { hasEnded: () => about.endsAtOnce ?? false };
    },
    lastLines: () => ['failed to start daemon: no cgroups'],
    answers: async () => {
      if (about.answer !== undefined) return about.answer;
      const { answersAfter } = about;
      return answersAfter !== undefined && commands.some((command) => command.includes(answersAfter))
        ? 'yes'
        : 'no';
    },
    sleep: async () => undefined,
    ...about,
    commands,
  };
}

async function ensure(fake: Fake, more: { host?: string; env?: Record<string, string> } = {}) {
  const said: string[] = [];
  const result = await ensureEngine({
    say: (line) => said.push(line),
    env: {},
    machine: fake,
    ...more,
  }).catch((error: unknown) => {
    if (!(error instanceof EngineError)) throw error;
    return { code: error.code, message: error.message, fix: error.fix };
  });
  return { result, said };
}

describe('where an engine can be had', () => {
  it('does nothing where one answers', async () => {
    const fake = machine({ answer: 'yes' });
    const { result, said } = await ensure(fake);
    expect(result).toEqual({ host: SOCKET, how: 'was-there' });
    expect([...fake.commands, ...said]).toEqual([]);
  });

  it('installs and starts one on Debian as root, and says each step', async () => {
    const fake = machine({ answersAfter: 'dockerd' });
    const { result, said } = await ensure(fake);
    expect(result).toEqual({ host: SOCKET, how: 'installed' });
    expect(fake.commands).toEqual([
      'apt-get -o DPkg::Lock::Timeout=300 update',
      'apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends docker.io iptables',
      'dockerd &',
    ]);
    expect(said).toEqual([
      'no container engine answers at unix:///var/run/docker.sock',
      'running apt-get -o DPkg::Lock::Timeout=300 update',
      'running apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends docker.io iptables',
      'starting dockerd in the background, its log in /var/log/sluice-dockerd.log',
      'the engine is ready',
    ]);
  });

  it('installs only what is missing', async () => {
    const fake = machine({ programs: ['dockerd'], answersAfter: 'dockerd' });
    await ensure(fake);
    expect(fake.commands[1]).toBe(
      'apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends iptables',
    );
  });

  it('only starts one that is installed', async () => {
    const fake = machine({ programs: ['dockerd', 'iptables'], answersAfter: 'dockerd' });
    const { result } = await ensure(fake);
    expect(result).toEqual({ host: SOCKET, how: 'started' });
    expect(fake.commands).toEqual(['dockerd &']);
  });

  it('takes the one that the package itself started', async () => {
    const fake = machine({ answersAfter: 'install' });
    await ensure(fake);
    expect(fake.commands).toHaveLength(2);
  });

  it('uses systemd where it runs', async () => {
    const fake = machine({ systemd: true, programs: ['dockerd', 'iptables'], answersAfter: 'systemctl' });
    await ensure(fake);
    expect(fake.commands).toEqual(['systemctl start docker']);
  });

  it('tells why apt failed', async () => {
    const { result } = await ensure(machine({ failing: 'update' }));
    expect(result).toEqual({
      code: 'engine-unreachable',
      message: 'apt-get -o DPkg::Lock::Timeout=300 update ended with status 100:\nE: no such mirror',
      fix: 'apt-get -o DPkg::Lock::Timeout=300 update',
    });
  });

  it("shows the end of the daemon's log when it does not stay", async () => {
    const { result } = await ensure(machine({ programs: ['dockerd', 'iptables'], endsAtOnce: true }));
    expect(result).toEqual({
      code: 'engine-unreachable',
      message: 'dockerd ended at once; the end of its log:\nfailed to start daemon: no cgroups',
      fix: 'less /var/log/sluice-dockerd.log',
    });
  });

  it('takes the one that another process started at the same moment', async () => {
    let asked = 0;
    const fake = machine({
      programs: ['dockerd', 'iptables'],
      endsAtOnce: true,
      answers: async () => ((asked += 1) > 12 ? 'yes' : 'no'),
    });
    const { result } = await ensure(fake);
    expect(result).toEqual({ host: SOCKET, how: 'started' });
  });
});

describe('where only the person can', () => {
  const cases: readonly [string, Parameters<typeof machine>[0], string][] = [
    [
      'Debian without root',
      { isRoot: false, mayStartEngines: false },
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends docker.io iptables && sudo usermod -aG docker "$USER" && newgrp docker',
    ],
    [
      'Docker stopped, with systemd',
      { isRoot: false, mayStartEngines: false, systemd: true, programs: ['dockerd'] },
      'sudo systemctl start docker',
    ],
    [
      'Docker stopped, without systemd',
      { isRoot: false, mayStartEngines: false, programs: ['dockerd'] },
      'sudo service docker start',
    ],
    [
      'Fedora',
      { isRoot: false, mayStartEngines: false, distribution: ['fedora'], systemd: true },
      'sudo dnf install -y podman && systemctl --user enable --now podman.socket',
    ],
    [
      'Fedora with Podman',
      {
        isRoot: false,
        mayStartEngines: false,
        distribution: ['fedora'],
        systemd: true,
        programs: ['podman'],
      },
      'systemctl --user enable --now podman.socket',
    ],
    ['Alpine as root', { distribution: ['alpine'] }, 'apk add docker && rc-service docker start'],
    [
      'Arch',
      { isRoot: false, mayStartEngines: false, distribution: ['manjaro', 'arch'] },
      'sudo pacman -S --noconfirm docker && sudo systemctl enable --now docker',
    ],
    [
      'an unknown Linux',
      { distribution: ['plan9'] },
      'install Docker (https://docs.docker.com/engine/install/) or Podman (https://podman.io), and start it',
    ],
    [
      'a Mac with Docker Desktop',
      { platform: 'darwin', isRoot: false, programs: ['docker'] },
      'open -a Docker',
    ],
    ['a Mac with colima', { platform: 'darwin', isRoot: false, programs: ['colima'] }, 'colima start'],
    [
      'a bare Mac',
      { platform: 'darwin', isRoot: false },
      'brew install colima docker && colima start   (or install Docker Desktop and start it)',
    ],
    ['Windows', { platform: 'win32', isRoot: false }, 'winget install Docker.DockerDesktop'],
    [
      'a container without rights',
      { mayStartEngines: false },
      "start it with the host's engine: docker run -v /var/run/docker.sock:/var/run/docker.sock …",
    ],
  ];
  it.each(cases)('%s: names the command, and changes nothing', async (_, about, fix) => {
    const fake = machine(about);
    const { result } = await ensure(fake);
    expect(result).toMatchObject({ code: 'engine-unreachable', fix });
    expect(fake.commands).toEqual([]);
  });

  it('a socket that this user may not open is told apart', async () => {
    const { result } = await ensure(machine({ answer: 'denied', isRoot: false }));
    expect(result).toEqual({
      code: 'engine-denied',
      message: 'there is an engine at unix:///var/run/docker.sock, but this user may not use it',
      fix: 'sudo usermod -aG docker "$USER" && newgrp docker',
    });
  });

  it('nothing is installed when an engine elsewhere was asked for', async () => {
    const fake = machine();
    const { result } = await ensure(fake, { env: { DOCKER_HOST: 'tcp://builder:2375' } });
    expect(result).toEqual({
      code: 'engine-unreachable',
      message: 'no container engine answers at tcp://builder:2375',
      fix: 'unset DOCKER_HOST, then: sluice doctor --fix',
    });
    expect(fake.commands).toEqual([]);
  });
});

describe('hosts', () => {
  it('one that is asked for goes before DOCKER_HOST, and excludes all others', () => {
    const env = { DOCKER_HOST: 'tcp://a:1' };
    expect(engineHosts('unix:///x', env)).toEqual(['unix:///x']);
    expect(engineHosts(undefined, env)).toEqual(['tcp://a:1']);
    expect(engineHosts(undefined, { DOCKER_HOST: '' }, 'win32')).toEqual(['npipe:////./pipe/docker_engine']);
  });

  it("a user's own sockets and Podman's come after the usual one", () => {
    expect(engineHosts(undefined, { XDG_RUNTIME_DIR: '/run/user/1' }, 'linux', '/home/u')).toEqual([
      'unix:///var/run/docker.sock',
      'unix:///run/user/1/docker.sock',
      'unix:///home/u/.docker/run/docker.sock',
      'unix:///home/u/.colima/default/docker.sock',
      'unix:///home/u/.rd/docker.sock',
      'unix:///run/user/1/podman/podman.sock',
      'unix:///run/podman/podman.sock',
    ]);
  });
});

describe('what a machine is', () => {
  it('reads os-release with and without quotes', () => {
    expect(distributionOf('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n')).toEqual(['ubuntu', 'debian']);
    expect(distributionOf('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9"')).toEqual([
      'rocky',
      'rhel',
      'centos',
      'fedora',
    ]);
    expect(distributionOf('')).toEqual([]);
  });

  it("knows a container's root from the machine's", () => {
    expect(hasSysAdmin('Name:\tnode\nCapEff:\t000001ffffffffff\n')).toBe(true);
    // Docker's default set.
    expect(hasSysAdmin('CapEff:\t00000000a80425fb\n')).toBe(false);
    expect(hasSysAdmin('')).toBe(false);
  });
});

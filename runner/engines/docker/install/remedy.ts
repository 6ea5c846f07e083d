import type { Machine } from './machine.ts';

/** What to do on a machine where no engine answers. */
export type Remedy =
  /** We can do it: packages first, if any, then the daemon. */
  | { readonly kind: 'install'; readonly packages: readonly string[]; readonly start: 'systemd' | 'detached' }
  /** The person must: why, and the command to type. */
  | { readonly kind: 'tell'; readonly why: string; readonly fix: string };

const DEBIAN_PACKAGES = [
  { package: 'docker.io', program: 'dockerd' },
  // Only recommended by docker.io, and dockerd does not start without it.
  { package: 'iptables', program: 'iptables' },
];

export function remedyFor(
  machine: Pick<Machine, 'platform' | 'isRoot' | 'mayStartEngines' | 'distribution' | 'systemd' | 'has'>,
): Remedy {
  switch (machine.platform) {
    case 'darwin':
      return tell('no container engine runs on this Mac', macFix(machine));
    case 'win32':
      return tell(
        'no container engine runs on this machine',
        machine.has('docker.exe') ? 'start Docker Desktop' : 'winget install Docker.DockerDesktop',
      );
    default:
      return linuxRemedy(machine);
  }
}

export function aptInstall(packages: readonly string[]): readonly (readonly string[])[] {
  const apt = ['apt-get', '-o', 'DPkg::Lock::Timeout=300'];
  return [
    [...apt, 'update'],
    [...apt, 'install', '-y', '--no-install-recommends', ...packages],
  ];
}

function macFix(machine: Pick<Machine, 'has'>): string {
  if (machine.has('colima')) return 'colima start';
  if (machine.has('docker')) return 'open -a Docker';
  return 'brew install colima docker && colima start   (or install Docker Desktop and start it)';
}

function linuxRemedy(machine: Parameters<typeof remedyFor>[0]): Remedy {
  const is = (...names: readonly string[]): boolean =>
    names.some((name) => machine.distribution.includes(name));
  const sudo = machine.isRoot ? '' : 'sudo ';
  if (machine.isRoot && !machine.mayStartEngines) {
    return tell(
      'this is a container without an engine, and it may not start one',
      "start it with the host's engine: docker run -v /var/run/docker.sock:/var/run/docker.sock …",
    );
  }
  if (is('debian', 'ubuntu') && machine.isRoot) {
    const packages = DEBIAN_PACKAGES.filter(({ program }) => !machine.has(program));
    return {
      kind: 'install',
      packages: packages.map((entry) => entry.package),
      start: machine.systemd ? 'systemd' : 'detached',
    };
  }
  if (machine.has('dockerd')) {
    const start = machine.systemd ? `${sudo}systemctl start docker` : `${sudo}service docker start`;
    return tell('Docker is installed, but does not run', start);
  }
  if (machine.has('podman')) {
    const user = machine.isRoot ? '' : ' --user';
    const start = machine.systemd
      ? `systemctl${user} enable --now podman.socket`
      : 'podman system service --time=0 &';
    return tell('Podman is installed, but its service does not run', start);
  }
  return tell('no container engine is installed', linuxFix(is, sudo));
}

function linuxFix(is: (...names: readonly string[]) => boolean, sudo: string): string {
  if (is('debian', 'ubuntu')) {
    const install = 'apt-get install -y --no-install-recommends docker.io iptables';
    return `sudo apt-get update && sudo ${install} && sudo usermod -aG docker "$USER" && newgrp docker`;
  }
  if (is('fedora', 'rhel', 'centos')) {
    const user = sudo === '' ? '' : ' --user';
    return `${sudo}dnf install -y podman && systemctl${user} enable --now podman.socket`;
  }
  if (is('suse', 'opensuse'))
    return `${sudo}zypper install -y docker && ${sudo}systemctl enable --now docker`;
  if (is('arch')) return `${sudo}pacman -S --noconfirm docker && ${sudo}systemctl enable --now docker`;
  if (is('alpine')) return `${sudo}apk add docker && ${sudo}rc-service docker start`;
  return 'install Docker (https://docs.docker.com/engine/install/) or Podman (https://podman.io), and start it';
}

function tell(why: string, fix: string): Remedy {
  return { kind: 'tell', why, fix };
}

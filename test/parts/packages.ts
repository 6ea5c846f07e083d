import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { thisMachine } from '../../runner/engines/docker/install/machine.ts';
import { aptInstall } from '../../runner/engines/docker/install/remedy.ts';

/** Where each Debian package puts what the tests need of it; the first place that is there counts. */
const PLACES = {
  'busybox-static': ['/bin/busybox', '/usr/bin/busybox'],
  podman: ['/usr/bin/podman'],
  crun: ['/usr/bin/crun'],
  runc: ['/usr/sbin/runc', '/usr/bin/runc'],
  netavark: ['/usr/lib/podman/netavark', '/usr/libexec/podman/netavark'],
  catatonit: ['/usr/bin/catatonit', '/usr/libexec/podman/catatonit'],
  'docker-registry': ['/usr/bin/docker-registry'],
  'apache2-utils': ['/usr/bin/htpasswd'],
  chromium: ['/usr/bin/chromium'],
} as const;

export type Package = keyof typeof PLACES;
export const PACKAGES = Object.keys(PLACES) as readonly Package[];

/** The program of a package that is installed; else throws the command to type. */
export function programOf(name: Package): string {
  const place = placeOf(name);
  if (place !== undefined) return place;
  throw new Error(`the tests need ${name}; get it by: ${commandFor([name])}`);
}

/** Installs what is missing in one go, as root on Debian; else throws the command to type. */
export async function installPackages(
  names: readonly Package[],
  say: (line: string) => void = () => undefined,
): Promise<void> {
  const missing = missingPackages(names);
  if (missing.length === 0) return;
  const machine = thisMachine(process.env);
  if (!machine.isRoot || !machine.distribution.includes('debian')) {
    throw new Error(`the tests need ${missing.join(', ')}; get them by: ${commandFor(missing)}`);
  }
  for (const command of aptInstall(missing)) {
    say(`running ${command.join(' ')}`);
    const { status, output } = await machine.run(command);
    if (status !== 0)
      throw new Error(`${command.join(' ')} ended with status ${status}:\n${output.slice(-2000)}`);
  }
}

export function missingPackages(names: readonly Package[]): readonly Package[] {
  return names.filter((name) => placeOf(name) === undefined);
}

function placeOf(name: Package): string | undefined {
  return PLACES[name].find((place) => existsSync(place));
}

function commandFor(names: readonly string[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${names.join(' ')}`;
}

/** Made once, reused by every run of the tests; never holds what a test decides about. */
export function cacheFolder(...below: readonly string[]): string {
  const base = process.env['XDG_CACHE_HOME'] || join(process.env['HOME'] ?? '/tmp', '.cache');
  return join(base, 'sluice-test', ...below);
}

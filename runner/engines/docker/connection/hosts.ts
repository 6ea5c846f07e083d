import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where an engine may listen: the one address that was asked for, else `DOCKER_HOST`, else the usual sockets. */
export function engineHosts(
  host: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
  homeFolder: string = homedir(),
): readonly string[] {
  const asked = host ?? (env['DOCKER_HOST'] || undefined);
  if (asked !== undefined) return [asked];
  if (platform === 'win32') return ['npipe:////./pipe/docker_engine'];
  const runtimeFolder = env['XDG_RUNTIME_DIR'] || undefined;
  return [
    '/var/run/docker.sock',
    ...(runtimeFolder === undefined ? [] : [join(runtimeFolder, 'docker.sock')]),
    join(homeFolder, '.docker', 'run', 'docker.sock'),
    join(homeFolder, '.colima', 'default', 'docker.sock'),
    join(homeFolder, '.rd', 'docker.sock'),
    ...(runtimeFolder === undefined ? [] : [join(runtimeFolder, 'podman', 'podman.sock')]),
    '/run/podman/podman.sock',
  ].map((path) => `unix://${path}`);
}

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Dockerode from 'dockerode';
import { startChild } from './child.ts';
import { installPackages, programOf } from './packages.ts';

export interface Podman extends AsyncDisposable {
  /** `unix:///…` */
  readonly host: string;
  readonly docker: Dockerode;
}

/** What Podman needs to run as root in a virtual machine without systemd. */
const CONFIG = `
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

/**
 * Podman's service with a store and socket of its own: nothing of the machine's is touched. Other than Docker it
 * must be told which registries on loopback speak plain HTTP.
 */
export async function startPodman(plainRegistries: readonly string[] = []): Promise<Podman> {
  await installPackages(['podman', 'crun', 'runc', 'netavark', 'catatonit']);
  // Short: the path of a socket is at most 108 bytes.
  const folder = await mkdtemp(join(tmpdir(), 'sluice-podman-'));
  const env = {
    ...process.env,
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_REGISTRIES_CONF: join(folder, 'registries.conf'),
    TMPDIR: folder,
  };
  await writeFile(env.CONTAINERS_CONF, CONFIG);
  await writeFile(
    env.CONTAINERS_REGISTRIES_CONF,
    plainRegistries.map((address) => `[[registry]]\nlocation = "${address}"\ninsecure = true\n`).join(''),
  );
  const place = [
    `--root=${join(folder, 'root')}`,
    `--runroot=${join(folder, 'run')}`,
    `--tmpdir=${join(folder, 'tmp')}`,
    `--network-config-dir=${join(folder, 'networks')}`,
  ];
  const socket = join(folder, 'podman.sock');
  const program = programOf('podman');
  const words = [...place, 'system', 'service', '--time=0', `unix://${socket}`];
  // Its monitors leave a file `oom` where they stand.
  const server = startChild(program, words, env, folder);
  const docker = new Dockerode({ socketPath: socket });
  while (
    !(await docker.ping().then(
      () => true,
      () => false,
    ))
  ) {
    if (server.hasEnded()) throw new Error(`podman system service ended: ${server.output()}`);
    await sleep(50);
  }
  return {
    host: `unix://${socket}`,
    docker,
    async [Symbol.asyncDispose]() {
      execFileSync(program, [...place, 'rm', '--all', '--force', '--time=0'], { env, stdio: 'ignore' });
      await server.stop();
      await unmountBelow(folder);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

async function unmountBelow(folder: string): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const below = mounts
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of below.toReversed()) execFileSync('umount', [path]);
}

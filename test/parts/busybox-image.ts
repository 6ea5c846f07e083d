import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type Dockerode from 'dockerode';
import { importImage, type ImageEntry } from './import-image.ts';
import { installPackages, programOf } from './packages.ts';

export const BUSYBOX_IMAGE = 'sluice-test/busybox:local';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A shell and the usual small programs, in 2 MB, without a registry. Has users `root` and `worker` (uid 1000). */
export async function busyboxImage(docker: Dockerode, name: string = BUSYBOX_IMAGE): Promise<string> {
  return importImage(docker, name, [`ENV PATH=${PATH}`, 'CMD ["/bin/sh"]'], async () => [
    ...(await busyboxEntries()),
    ...ETC,
    { path: 'tmp', folder: true, mode: 0o1777 },
    { path: 'home/worker', folder: true },
  ]);
}

/** `bin/busybox` with a link for each of its programs. */
export async function busyboxEntries(): Promise<readonly ImageEntry[]> {
  await installPackages(['busybox-static']);
  const program = programOf('busybox-static');
  const names = execFileSync(program, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  return [
    { path: 'bin/busybox', bytes: await readFile(program) },
    ...names
      .filter((name) => name !== 'busybox')
      .map((name) => ({ path: `bin/${name}`, link: '/bin/busybox' })),
  ];
}

export const ETC: readonly ImageEntry[] = [
  {
    path: 'etc/passwd',
    bytes: Buffer.from('root:x:0:0:root:/root:/bin/sh\nworker:x:1000:1000:worker:/home/worker:/bin/sh\n'),
    mode: 0o644,
  },
  { path: 'etc/group', bytes: Buffer.from('root:x:0:\nworker:x:1000:\n'), mode: 0o644 },
];

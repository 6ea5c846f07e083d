import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type Dockerode from 'dockerode';
import { busyboxEntries, ETC } from './busybox-image.ts';
import { importImage, type ImageEntry } from './import-image.ts';

export const NODE_IMAGE = 'sluice-test/node:local';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** This machine's Node with the libraries it loads and a shell: stands in for `node:…-slim`, as a base too. */
export async function nodeImage(docker: Dockerode, name: string = NODE_IMAGE): Promise<string> {
  const changes = [`ENV PATH=${PATH}`, `ENV NODE_VERSION=${process.versions.node}`, 'CMD ["node"]'];
  return importImage(docker, name, changes, async () => [
    ...(await busyboxEntries()),
    ...ETC,
    { path: 'tmp', folder: true, mode: 0o1777 },
    { path: 'home/worker', folder: true },
    { path: 'usr/local/bin/node', bytes: await readFile(process.execPath) },
    ...(await libraries(process.execPath)),
  ]);
}

/** As `ldd` names them: `libm.so.6 => /lib/… (0x…)`, and the loader by its path alone. */
async function libraries(program: string): Promise<readonly ImageEntry[]> {
  const words = execFileSync('ldd', [program], { encoding: 'utf8' });
  const paths = [...words.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map((match) => match[1] ?? '');
  return Promise.all(paths.map(async (path) => ({ path: path.slice(1), bytes: await readFile(path) })));
}

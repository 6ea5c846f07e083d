import { buffer } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import tar from 'tar-stream';

export type ImageEntry =
  | { readonly path: string; readonly bytes: Uint8Array; readonly mode?: number }
  | { readonly path: string; readonly link: string }
  | { readonly path: string; readonly folder: true; readonly mode?: number };

/** Makes an image of one layer from entries, as `docker import` does; one of that name is left as it is. */
export async function importImage(
  docker: Dockerode,
  name: string,
  changes: readonly string[],
  entries: () => Promise<readonly ImageEntry[]>,
): Promise<string> {
  if (await exists(docker, name)) return name;
  const pack = tar.pack();
  for (const entry of await entries()) {
    if ('link' in entry) pack.entry({ name: entry.path, type: 'symlink', linkname: entry.link });
    else if ('folder' in entry) {
      pack.entry({ name: `${entry.path}/`, type: 'directory', mode: entry.mode ?? 0o755 });
    } else pack.entry({ name: entry.path, mode: entry.mode ?? 0o755 }, Buffer.from(entry.bytes));
  }
  pack.finalize();
  // Podman knows no separate tag here, and Docker takes both in one.
  const answer = await docker.importImage(pack as unknown as NodeJS.ReadableStream, {
    repo: name,
    changes: [...changes],
  });
  const words = (await buffer(answer)).toString('utf8');
  if (!(await exists(docker, name))) throw new Error(`importing ${name} failed: ${words}`);
  return name;
}

async function exists(docker: Dockerode, name: string): Promise<boolean> {
  return docker
    .getImage(name)
    .inspect()
    .then(
      () => true,
      (error: { statusCode?: number }) => {
        if (error.statusCode === 404) return false;
        throw error;
      },
    );
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TemporaryProject extends AsyncDisposable {
  readonly folder: string;
  readonly path: (...below: readonly string[]) => string;
}

/** A project of the given files in a folder of its own. */
export async function layOut(files: Readonly<Record<string, string>>): Promise<TemporaryProject> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-project-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return {
    folder,
    path: (...below) => join(folder, ...below),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

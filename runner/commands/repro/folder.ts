import { usageError } from '../../errors.ts';
import { chmod, copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Job } from '../../model/job.ts';
import type { ObjectStore } from '../../ports.ts';
import { downloadObject } from '../../app/results/download.ts';

/** Lays out what a job's container sees; only the folder's owner reaches it, within any user of the image may read. */
export async function layOut(job: Job, folder: string, store: ObjectStore): Promise<void> {
  await clear(folder);
  for (const name of PARTS) await mkdir(join(folder, name));
  for (const empty of job.emptyFolders) await mkdir(join(folder, empty), { recursive: true });
  for (const input of job.inputs) {
    for (const object of input.objects)
      await downloadObject(store, input.prefix, object, join(folder, input.to));
  }
  for (const file of job.files) {
    const target = join(folder, file.to);
    await mkdir(dirname(target), { recursive: true });
    if (file.kind === 'local') await copyFile(file.from, target);
    else await writeFile(target, file.text);
    await chmod(target, file.executable ? 0o755 : 0o644);
  }
  await writeFile(join(folder, 'sluice', 'output'), '');
  for (const name of PARTS) {
    await letRead(join(folder, name));
    // The image's user may be any.
    if (name !== 'inputs') await chmod(join(folder, name), 0o777);
  }
  await chmod(join(folder, 'sluice', 'output'), 0o666);
}

/** Whatever the umask left away. */
async function letRead(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await letRead(path);
    else await chmod(path, modeForAll((await stat(path)).mode));
  }
}

function modeForAll(mode: number): number {
  return (mode & 0o777) | 0o444 | ((mode & 0o100) === 0 ? 0 : 0o111);
}

const PARTS = ['inputs', 'workspace', 'outputs', 'sluice'] as const;

const MARK = '.sluice-repro';

/** Makes the folder empty: one that an earlier repro made, or a new one; never anything else of a person's. */
async function clear(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((): string[] => []);
  if (entries.length > 0 && !entries.includes(MARK)) {
    throw usageError(
      'folder-in-use',
      `${folder} is not empty, and no repro made it`,
      'name another: --into FOLDER',
    );
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, MARK), '');
}

import { chmod, copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Job } from '../../model/job.ts';
import type { StoreRef } from '../../model/store-ref.ts';
import type { ObjectStore } from '../../ports.ts';
import { downloadObject } from '../../app/results/download.ts';
import { openPartials } from '../../app/results/partials.ts';
import { makeFolder } from '../../machine/folder.ts';

/** Lays out what a job's container sees in a folder that is empty; only the folder's owner reaches it, within any user of the image may read. */
export async function layOut(
  job: Job,
  folder: string,
  openStore: (ref: StoreRef) => Promise<ObjectStore>,
): Promise<void> {
  for (const name of PARTS) await mkdir(join(folder, name));
  for (const empty of job.emptyFolders) makeFolder(join(folder, empty));
  await using partials = await openPartials(folder);
  for (const input of job.inputs) {
    const store = await openStore(input.store);
    for (const object of input.objects)
      await downloadObject(store, input.prefix, object, join(folder, input.to), partials);
  }
  for (const file of job.files) {
    const target = join(folder, file.to);
    makeFolder(dirname(target));
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

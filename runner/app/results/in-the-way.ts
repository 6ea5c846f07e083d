import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { usageError } from '../../errors.ts';
import type { StoredObject } from '../../model/job.ts';

/**
 * A task has chosen the names: they lead to no place that a person has not named. No link below the folder is followed,
 * and a file that is there is replaced only where the folder was named.
 *
 * @throws ProblemsError before anything is written.
 */
export async function refuseInTheWay(
  folder: string,
  objects: readonly Pick<StoredObject, 'path'>[],
  mayReplace: boolean,
): Promise<void> {
  if (await isFile(folder)) throw usageError('file-in-the-way', `${folder} is a file, not a folder`, OTHER);
  const links = new Map<string, boolean>();
  for (const { path } of objects) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth += 1) {
      const parent = parts.slice(0, depth).join('/');
      const isLink = links.get(parent) ?? (await kindOf(join(folder, parent))) === 'link';
      links.set(parent, isLink);
      if (isLink)
        throw usageError(
          'link-in-the-way',
          `${join(folder, parent)} is a link, and nothing is written through it`,
          OTHER,
        );
    }
    if (!mayReplace && (await kindOf(join(folder, path))) !== 'none')
      throw usageError('file-in-the-way', `${join(folder, path)} is there already`, OTHER);
  }
}

const OTHER = 'name a folder for what is fetched: --to FOLDER';

/** A person may name a link to a folder. */
async function isFile(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function kindOf(path: string): Promise<'none' | 'link' | 'other'> {
  try {
    return (await lstat(path)).isSymbolicLink() ? 'link' : 'other';
  } catch {
    return 'none';
  }
}

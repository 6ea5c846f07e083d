import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it, and returns the topmost that was made. Not `mkdir` with `recursive`: that one takes
 * a folder which vanishes meanwhile for a file and says ENOTDIR, and below /proc it never ends.
 */
export function makeFolder(folder: string, tries = 20): string | undefined {
  try {
    mkdirSync(folder);
    return folder;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return undefined;
    // Also said for good, below /proc for example.
    if (code !== 'ENOENT' || tries === 0 || dirname(folder) === folder) throw error;
    const topmost = makeFolder(dirname(folder));
    const made = makeFolder(folder, tries - 1);
    return topmost ?? made;
  }
}

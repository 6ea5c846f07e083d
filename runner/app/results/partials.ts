import { accessSync, constants } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomHex } from '../../compose.ts';
import { makeFolder } from '../../machine/folder.ts';
import { identify, ownerName, ownerState } from '../../machine/process.ts';

/** Where files stand while they are not whole: out of sight, and on the disk where they are to go. */
export interface Partials extends AsyncDisposable {
  /** A place for one file; the folder is made at the first. */
  readonly next: () => string;
}

/** Then what tells apart those of one process, and whose it is. */
const NAME = /^\.sluice-get\.[0-9a-f]+\.(.+)$/;

/** Clears away what processes left in the folder that were killed; what is left of ours goes at the end. */
export async function openPartials(folder: string): Promise<Partials> {
  const self = identify();
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const [, owner] = NAME.exec(name) ?? [];
    if (owner !== undefined && ownerState(owner, self) === 'dead')
      await rm(join(folder, name), { recursive: true, force: true });
  }
  const own = join(folder, `.sluice-get.${randomHex(4)}.${ownerName(self)}`);
  let made = 0;
  return {
    next() {
      if (made === 0) {
        // What is wrong with the folder is told of it, and not of what is made in it.
        makeFolder(folder);
        accessSync(folder, constants.W_OK | constants.X_OK);
        makeFolder(own);
      }
      made += 1;
      return join(own, String(made));
    },
    async [Symbol.asyncDispose]() {
      if (made > 0) await rm(own, { recursive: true, force: true });
    },
  };
}

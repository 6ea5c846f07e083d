import { lstat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readSmall, valueIn } from './git-config.ts';

export interface Repository {
  /** As its remote `origin` has it, so that every clone of it agrees; else its folder's. */
  readonly name: string;
  /** The folder that holds `.git`. */
  readonly top: string;
  /** Its configuration, as text. */
  readonly config: string;
}

/**
 * The git repository that a folder is in. Git itself may not be installed and is not asked: its files are read, as
 * gitrepository-layout(5) describes them.
 */
export async function repositoryAbove(folder: string): Promise<Repository | undefined> {
  for (let top = resolve(folder); ; top = dirname(top)) {
    const shared = await sharedFolder(join(top, '.git'));
    if (shared !== undefined) {
      const config = (await readSmall(join(shared, 'config'))) ?? '';
      const name = nameInUrl(valueIn(config, 'remote "origin"', 'url') ?? '') ?? nameOfFolder(shared);
      if (name !== undefined) return { name, top, config };
    }
    if (dirname(top) === top) return undefined;
  }
}

/** Where the repository's `config` is: a worktree's `.git` is a file that leads to its own folder, and that to it. */
async function sharedFolder(git: string): Promise<string | undefined> {
  const found = await lstat(git).catch(() => undefined);
  if (found === undefined) return undefined;
  const leadsTo = found.isFile() ? /^gitdir: (.+)/.exec((await readSmall(git)) ?? '')?.[1] : undefined;
  const own = leadsTo === undefined ? git : resolve(dirname(git), leadsTo.trim());
  if ((await lstat(join(own, 'HEAD')).catch(() => undefined)) === undefined) return undefined;
  const common = (await readSmall(join(own, 'commondir')))?.trim();
  return common === undefined || common === '' ? own : resolve(own, common);
}

/** `/work/etl/.git`, or a bare `/work/etl.git` that has worktrees. */
function nameOfFolder(shared: string): string | undefined {
  const folder = basename(shared) === '.git' ? dirname(shared) : shared;
  return basename(folder).replace(/\.git$/, '') || undefined;
}

/** The last part of `https://host/acme/etl.git`, `git@host:acme/etl.git` or a path. */
function nameInUrl(url: string): string | undefined {
  const bare = url
    .replace(/[/\\]+$/, '')
    .replace(/[/\\]\.git$/, '')
    .replace(/\.git$/, '');
  return bare.split(/[/\\:]/).at(-1) || undefined;
}

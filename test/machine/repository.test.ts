import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryAbove } from '../../runner/machine/repository.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-repository-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function makeRepository(config: string, git = '.git'): void {
  write(`${git}/HEAD`, 'ref: refs/heads/main\n');
  write(`${git}/config`, config);
}

async function nameWith(config: string): Promise<string | undefined> {
  makeRepository(config);
  return (await repositoryAbove(folder))?.name;
}

const origin = (url: string) => `[core]\n\tbare = false\n[remote "origin"]\n\turl = ${url}\n`;

describe('the name of a repository', () => {
  it.each([
    ['https://example.org/acme/etl.git', 'etl'],
    ['https://example.org/acme/etl', 'etl'],
    ['https://example.org/acme/etl/', 'etl'],
    ['git@example.org:acme/short-score.git', 'short-score'],
    ['example.org:etl.git', 'etl'],
    ['/srv/git/etl.git', 'etl'],
    ['../etl/.git', 'etl'],
    ['"/srv/my git/etl; old.git" # moved', 'etl; old'],
    ['https://example.org/acme/etl.git ; a comment', 'etl'],
  ])('is the last part of %s', async (url, name) => {
    expect(await nameWith(origin(url))).toBe(name);
  });

  it('is its folder’s without such a remote, and whatever else its files hold', async () => {
    expect(await nameWith('')).toBe(basename(folder));
    expect(await nameWith('[remote "upstream"]\n\turl = https://example.org/other.git\n')).toBe(
      basename(folder),
    );
    expect(await nameWith(origin('https://'))).toBe(basename(folder));
    expect(await nameWith('\0'.repeat(1000))).toBe(basename(folder));
  });

  it('is found from a folder below, in a worktree and in a submodule', async () => {
    makeRepository(origin('https://example.org/acme/etl.git'), 'main/.git');
    write('main/shops/a/x', '');
    expect(await repositoryAbove(join(folder, 'main/shops/a'))).toMatchObject({
      name: 'etl',
      top: join(folder, 'main'),
    });
    write('main/.git/worktrees/fix/HEAD', 'ref: refs/heads/fix\n');
    write('main/.git/worktrees/fix/commondir', '../..\n');
    write('fix/.git', `gitdir: ${join(folder, 'main/.git/worktrees/fix')}\n`);
    expect(await repositoryAbove(join(folder, 'fix'))).toMatchObject({
      name: 'etl',
      top: join(folder, 'fix'),
    });
    makeRepository(origin('https://example.org/acme/part.git'), 'main/.git/modules/part');
    write('main/part/.git', 'gitdir: ../.git/modules/part\n');
    expect((await repositoryAbove(join(folder, 'main/part')))?.name).toBe('part');
  });

  it('is not that of a folder which only looks like one', async () => {
    write('etl/.git/config', origin('https://example.org/acme/etl.git'));
    write('other/.git', 'gitdir: /nowhere\n');
    const outside = await repositoryAbove(folder);
    expect(await repositoryAbove(join(folder, 'etl'))).toEqual(outside);
    expect(await repositoryAbove(join(folder, 'other'))).toEqual(outside);
  });
});

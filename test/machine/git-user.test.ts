import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitUserName } from '../../runner/machine/git-user.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-git-user-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const nameOf = () => gitUserName(join(folder, 'etl'), { HOME: join(folder, 'home') });

describe('the name that git has of a person', () => {
  it('is the repository’s own, else the person’s, whichever file it is in', async () => {
    mkdirSync(join(folder, 'etl'));
    expect(await nameOf()).toBeUndefined();
    write('home/.config/git/config', '[user]\n\tname = Anna of XDG\n');
    expect(await nameOf()).toBe('Anna of XDG');
    write('home/.gitconfig', '[core]\n\tname = no\n[User]\n\temail = a@b.c\n\tNAME = "Anna Lee" # she\n');
    expect(await nameOf()).toBe('Anna Lee');
    write('etl/.git/HEAD', 'ref: refs/heads/main\n');
    write('etl/.git/config', '[user]\n\tname = Anna at work\n');
    expect(await nameOf()).toBe('Anna at work');
    expect(await gitUserName(folder, { HOME: 'relative' })).toBeUndefined();
  });
});

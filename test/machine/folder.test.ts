import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '../../runner/machine/folder.ts';

let top: string;
beforeEach(() => void (top = mkdtempSync(join(tmpdir(), 'sluice-folder-'))));
afterEach(() => rmSync(top, { recursive: true, force: true }));

it('makes what is missing, and names the topmost', () => {
  expect(makeFolder(join(top, 'a/b/c'))).toBe(join(top, 'a'));
  expect(makeFolder(join(top, 'a/b/c'))).toBeUndefined();
  expect(existsSync(join(top, 'a/b/c'))).toBe(true);
});

it('ends where no folder can be made, however deep', () => {
  // Node's own way, with `recursive`, goes round for ever below a Linux /proc.
  expect(() => makeFolder('/proc/nope/a/b/c/d/e/f')).toThrow(/^E[A-Z]+: /);
});

it('says so where a file stands in the way', () => {
  writeFileSync(join(top, 'file'), '');
  expect(() => makeFolder(join(top, 'file/a'))).toThrow('ENOTDIR');
});

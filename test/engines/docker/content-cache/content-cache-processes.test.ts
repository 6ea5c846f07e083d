import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createContentCache } from '../../../../runner/engines/docker/content-cache/content-cache.ts';
import { bundle } from '../../../stores/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-caches-'));
let program: string;
beforeAll(async () => {
  program = await bundle(join(import.meta.dirname, 'caching-process.ts'), folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONTENTS = 60;

interface Started {
  readonly child: ChildProcess;
  readonly lines: () => readonly string[];
}

function start(...words: readonly string[]): Started {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, lines: () => text.split('\n').filter((line) => line !== '') };
}

it('serves two processes at once, and downloads nothing more than twice', async () => {
  const root = join(folder, 'two');
  const both = [start(root, String(CONTENTS)), start(root, String(CONTENTS))];
  await Promise.all(both.map(({ child }) => once(child, 'close')));
  expect(both.map(({ lines }) => lines().at(-1))).toEqual(['whole', 'whole']);
  const downloads = both.flatMap(({ lines }) => lines()).filter((line) => line === 'download').length;
  expect(downloads).toBeGreaterThanOrEqual(CONTENTS);
  expect(downloads).toBeLessThanOrEqual(2 * CONTENTS);
  const third = start(root, String(CONTENTS));
  await once(third.child, 'close');
  expect(third.lines()).toEqual(['whole']);
});

it('leaves what a killed process has not finished to the next start, and believes none of it', async () => {
  const root = join(folder, 'killed');
  const killed = start(root, '1', 'hangs');
  await expect.poll(() => killed.lines()).toEqual(['download']);
  await expect.poll(() => readdirSync(join(root, 'tmp')).length).toBe(1);
  killed.child.kill('SIGKILL');
  await once(killed.child, 'close');
  expect(readdirSync(join(root, 'tmp'))).toHaveLength(1);
  await createContentCache({ folder: root }).open();
  expect([readdirSync(join(root, 'tmp')), readdirSync(join(root, 'objects'))]).toEqual([[], []]);
  const next = start(root, '1');
  await once(next.child, 'close');
  expect(next.lines()).toEqual(['download', 'whole']);
});

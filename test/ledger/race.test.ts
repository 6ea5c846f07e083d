import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createDirectoryStore } from '../../runner/stores/directory/store.ts';
import { textOf } from '../contracts/object-store.ts';
import { bundle } from '../stores/bundle.ts';
import { openBench, sha256 } from './sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-race-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const INSTANCES = 25;

it('commits each instance once, though processes race and are killed', { timeout: 120_000 }, async () => {
  const root = join(folder, 'store');
  const program = await bundle(join(import.meta.dirname, 'racing-process.ts'), folder);
  const errors: string[] = [];
  const run = async (n: number, killAfter?: number): Promise<void> => {
    const child = spawn(process.execPath, [program, root, join(folder, `diary-${n}`), String(INSTANCES)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (text: Buffer) => errors.push(text.toString()));
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
    await new Promise((resolve) => child.once('exit', resolve));
    clearTimeout(timer);
  };
  await Promise.all([...[250, 300, 350, 400].map(async (after, n) => run(n, after)), run(10), run(11)]);
  // Whoever is left finishes what the killed ones had in hand.
  await run(20);

  expect(errors).toEqual([]);
  // All of them are gone: what one was killed over, between commit and publication, is pending.
  const { ledger, store } = await openBench(createDirectoryStore(root), { processState: () => 'dead' });
  const told = readdirSync(folder)
    .filter((file) => file.startsWith('diary-'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    // One that was killed early has told nothing.
    .filter((line) => line !== '');
  expect(new Set(told.map((line) => line.split(' ')[0])).size).toBe(told.length);
  const knowledge = await ledger.readKnowledge([{ pipeline: 'race', task: 'task' }], { contents: true });
  expect(knowledge.manifests.size).toBe(INSTANCES);
  for (const line of told) {
    const [id = '', attempt = ''] = line.split(' ');
    expect(knowledge.contents.get(id)?.attempt).toBe(attempt);
  }
  for (const id of knowledge.publications) await ledger.publish(id);
  for (const [id, { attempt }] of knowledge.contents) {
    const content = sha256(attempt);
    expect(await textOf(store, `objects/${id}/${attempt}/a.txt`)).toBe(content);
    expect(await textOf(store, `published/${id.split('=')[1]}.txt`)).toBe(content);
  }
  expect(readdirSync(join(root, 'tmp'))).toEqual([]);
});

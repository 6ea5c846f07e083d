import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';
import { encode, keysOf, textOf } from '../../contracts/object-store.ts';
import { bundle } from '../bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROCESSES = 4;
const KILLS = 30;

it(
  'loses no update and shows no torn value while writers are killed at random',
  { timeout: 120_000 },
  async () => {
    const root = join(folder, 'store');
    const program = await bundle(join(import.meta.dirname, 'counting-process.ts'), folder);
    const store = createDirectoryStore(root);
    const key = 'runs/counter.json';
    await store.put(key, encode('{"value":0,"filler":""}'));
    const errors: string[] = [];
    const ends: Promise<unknown>[] = [];
    const start = (n: number): ChildProcess => {
      const child = spawn(process.execPath, [program, root, join(folder, `diary-${n}`)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      child.stderr?.on('data', (text: Buffer) => errors.push(text.toString()));
      ends.push(once(child, 'exit'));
      return child;
    };

    const running = Array.from({ length: PROCESSES }, (_, n) => start(n));
    let highest = 0;
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        // As many writes between two kills as it happens: at any of their steps.
        const until = highest + 1 + Math.floor(Math.random() * 12);
        while (highest < until) {
          const read = JSON.parse((await textOf(store, key)) ?? '') as { value: number; filler: string };
          expect(read.filler.length).toBe(read.value === 0 ? 0 : ((read.value - 1) * 7919) % 9000);
          expect(read.value).toBeGreaterThanOrEqual(highest);
          highest = read.value;
          expect(await keysOf(store, '')).toEqual([key]);
          await sleep(1);
        }
        const at = kill % PROCESSES;
        running[at]?.kill('SIGKILL');
        running[at] = start(PROCESSES + kill);
      }
    } finally {
      running.forEach((child) => child.kill('SIGKILL'));
      // Those killed on the way too: one in the middle of a flush dies when it is done, and owns its file until then.
      await Promise.all(ends);
    }

    expect(errors).toEqual([]);
    const confirmed = diaries()
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
      // A diary whose writer was killed before its first line is empty.
      .filter((line) => line !== '');
    const final = (JSON.parse((await textOf(store, key)) ?? '') as { value: number }).value;
    expect(confirmed.filter((line, at) => confirmed.indexOf(line) !== at)).toEqual([]);
    expect(final).toBeGreaterThanOrEqual(confirmed.length);
    // A killed writer may have written and not yet told.
    expect(final).toBeLessThanOrEqual(confirmed.length + KILLS + PROCESSES);
    expect(final).toBeGreaterThanOrEqual(KILLS);

    const fresh = createDirectoryStore(root);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
    await fresh.put(key, encode('{}'));
    expect(readdirSync(join(root, 'runs'))).toHaveLength(1);
  },
);

function diaries(): readonly string[] {
  return readdirSync(folder).filter((file) => file.startsWith('diary-'));
}

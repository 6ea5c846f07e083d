import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from '../../runner/model/report.ts';
import { createDirectoryStore } from '../../runner/stores/directory/store.ts';
import { textOf } from '../contracts/object-store.ts';
import { openBench } from '../ledger/sample.ts';
import { bundle } from '../stores/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let program = '';
beforeAll(async () => {
  program = await bundle(join(import.meta.dirname, 'process.ts'), folder);
});

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Report | undefined>;
}

interface Runs {
  readonly root: string;
  /** Of `process.ts`: count, seconds each, seconds between beats, size of the pool. */
  start(...words: readonly number[]): Started;
  diary(): readonly { readonly what: string; readonly id: string; readonly run: string }[];
}

function runsIn(name: string): Runs {
  const root = join(folder, name);
  const diary = `${root}.diary`;
  return {
    root,
    start(...words) {
      const child = spawn(process.execPath, [program, root, diary, ...words.map(String)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
      const ended = new Promise<Report | undefined>((resolve) => {
        child.once('close', () => resolve(text === '' ? undefined : (JSON.parse(text) as Report)));
      });
      return { child, ended };
    },
    diary() {
      let text = '';
      try {
        text = readFileSync(diary, 'utf8');
      } catch {
        // Nothing has started yet.
      }
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [what = '', id = '', run = ''] = line.split(' ');
          return { what, id, run };
        });
    },
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20);
}

/** The most that ran at once; what a killed run had in hand ends with it. */
function mostAtOnce(diary: ReturnType<Runs['diary']>): number {
  const running = new Set<string>();
  let most = 0;
  for (const { what, id, run } of diary) {
    if (what === 'start') running.add(`${id} ${run}`);
    else running.delete(`${id} ${run}`);
    most = Math.max(most, running.size);
  }
  return most;
}

const starts = (runs: Runs) => runs.diary().filter(({ what }) => what === 'start');

/** Of each instance one manifest, with its object. */
async function expectWhole(root: string, count: number): Promise<void> {
  const { ledger, store } = await openBench(createDirectoryStore(root));
  const { contents } = await ledger.readKnowledge([{ pipeline: 'p', task: 'a' }], { contents: true });
  expect(contents.size).toBe(count);
  for (const [id, { attempt, objects }] of contents) {
    expect(objects).toHaveLength(1);
    expect(await textOf(store, `objects/${id}/${attempt}/out.txt`)).toContain(id);
  }
}

test('two runs of the same at once make each once, and share the pool', { timeout: 120_000 }, async () => {
  const runs = runsIn('together');
  const reports = await Promise.all([runs.start(200, 0.02).ended, runs.start(200, 0.02).ended]);
  expect(reports.map((report) => report?.exitStatus)).toEqual([0, 0]);
  expect(new Set(starts(runs).map(({ id }) => id)).size).toBe(200);
  expect(starts(runs)).toHaveLength(200);
  expect(mostAtOnce(runs.diary())).toBe(4);
  await expectWhole(runs.root, 200);
});

test('when one of two is killed, the other makes what is left', { timeout: 120_000 }, async () => {
  const runs = runsIn('killed');
  const killed = runs.start(60, 0.1);
  await until(() => starts(runs).length > 5);
  const other = runs.start(60, 0.1);
  await until(() => starts(runs).length > 20);
  killed.child.kill('SIGKILL');
  expect(await killed.ended).toBeUndefined();
  const report = await other.ended;
  expect(report?.exitStatus).toBe(0);
  // At the most what the killed one had in hand was begun twice.
  expect(starts(runs).length).toBeLessThanOrEqual(64);
  await expectWhole(runs.root, 60);
});

test(
  'a run that is stopped until others have taken over says so when it wakes up, and changes nothing',
  { timeout: 120_000 },
  async () => {
    const runs = runsIn('stopped');
    const stopped = runs.start(6, 1.5, 2, 8);
    await until(() => starts(runs).length === 6);
    stopped.child.kill('SIGSTOP');
    const report = await runs.start(6, 0.1, 2, 8).ended;
    expect(report).toMatchObject({ exitStatus: 0, counts: { succeeded: 6 } });
    stopped.child.kill('SIGCONT');
    const late = await stopped.ended;
    expect(late).toMatchObject({ exitStatus: 4, counts: { cancelled: 6 } });
    expect(late?.instances[0]?.reason).toMatch(/^this run was not heard of for .* run again$/);
    const { ledger } = await openBench(createDirectoryStore(runs.root));
    for (const { id } of late?.instances ?? []) {
      expect((await ledger.readManifest(id))?.manifest.run).toBe(report?.run);
    }
    await expectWhole(runs.root, 6);
  },
);

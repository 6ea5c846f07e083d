import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';
import { encode } from '../../contracts/object-store.ts';
import { bundle } from '../bundle.ts';
import type { Told } from './stepping-writer.ts';

const GO_ON = 1;
const DIE = 2;
const DONE = 3;

const folder = mkdtempSync(join(tmpdir(), 'sluice-steps-'));
const state = new Int32Array(new SharedArrayBuffer(3 * 4));
let workers: readonly Worker[];

beforeAll(async () => {
  const program = await bundle(join(import.meta.dirname, 'stepping-writer.ts'), folder);
  workers = [0, 1, 2].map((at) => new Worker(program, { workerData: { state, at } }));
  await Promise.all(workers.map((worker) => once(worker, 'online')));
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()));
  rmSync(folder, { recursive: true, force: true });
});

/** Lets `at` do one call of the file system; false: it is done. */
function letGo(at: number, how = GO_ON): boolean {
  if (Atomics.load(state, at) === DONE) return false;
  Atomics.store(state, at, how);
  Atomics.notify(state, at);
  Atomics.wait(state, at, how);
  return Atomics.load(state, at) !== DONE;
}

interface Switch {
  /** So many calls, then the next part's writer goes on; Infinity: to its end. */
  readonly calls: number;
  readonly writer: number;
  readonly dies?: boolean;
}

let rounds = 0;

/** Lets the writers run by the schedule, then each to its end. */
async function play(
  schedule: readonly Switch[],
  writers: number,
): Promise<{ readonly told: readonly Told[]; readonly ended: ReadonlySet<number> }> {
  const root = join(folder, `store-${(rounds += 1)}`);
  const store = createDirectoryStore(root);
  // Version 2, with the first removed.
  await store.put('runs/counter', encode('1'), { durable: false });
  await store.put('runs/counter', encode('2'), { durable: false });
  const told = workers.slice(0, writers).map(
    (worker, at) =>
      new Promise<Told>((resolve) => {
        worker.once('message', resolve);
        Atomics.store(state, at, GO_ON);
        // eslint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, no window
        worker.postMessage({ root, turns: 2 });
      }),
  );
  for (let at = 0; at < writers; at += 1) Atomics.wait(state, at, GO_ON);
  const ended = new Set<number>();
  for (const { writer, calls, dies } of schedule) {
    let call = 0;
    while (call < calls && letGo(writer)) call += 1;
    if (call < calls) ended.add(writer);
    // No call of its `finally` has an effect, and what it leaves in `tmp/` is swept.
    if (dies === true) while (letGo(writer, DIE));
  }
  for (let at = 0; at < writers; at += 1) while (letGo(at));
  const all = await Promise.all(told);
  const confirmed = all.flatMap(({ confirmed: values }) => values);
  const names = readdirSync(join(root, 'runs'));
  const newest = Math.max(...names.map((name) => Number(name.split('@')[1] ?? 1)));
  const final = Number(
    readFileSync(join(root, 'runs', newest === 1 ? 'counter' : `counter@${newest}`), 'utf8'),
  );
  const unconfirmed = final - 2 - confirmed.length;
  // One that died may have written and not told.
  const mayBeUnconfirmed = schedule.some(({ dies }) => dies === true) ? [0, 1] : [0];
  expect({
    schedule,
    failures: all.flatMap(({ failure }) => failure ?? []),
    toldTwice: confirmed.filter((value, at) => confirmed.indexOf(value) !== at),
    final,
    isComplete: mayBeUnconfirmed.includes(unconfirmed),
  }).toEqual({ schedule, failures: [], toldTwice: [], final: newest, isComplete: true });
  rmSync(root, { recursive: true });
  return { told: all, ended };
}

/** Plays all schedules of two pauses. Returns how many turns met a conflict. */
async function playAll(
  writers: number,
  scheduleOf: (first: number, second: number) => readonly Switch[],
): Promise<number> {
  let conflicts = 0;
  for (let first = 0, isOver = false; !isOver; first += 1) {
    for (let second = 0, isInnerOver = false; !isInnerOver; second += 1) {
      const { told, ended } = await play(scheduleOf(first, second), writers);
      conflicts += told.filter(({ confirmed }) => confirmed.length < 2).length;
      // Paused later it would not be paused at all.
      isInnerOver = ended.has(1);
      isOver = ended.has(0);
    }
  }
  return conflicts;
}

const writes = (writer: number, calls: number): Switch => ({ writer, calls });

it('loses no update wherever two writers are paused', { timeout: 300_000 }, async () => {
  const conflicts = await playAll(2, (first, second) => [writes(0, first), writes(1, second)]);
  // They did get into each other's way.
  expect(conflicts).toBeGreaterThan(100);
});

it('loses no update wherever two are paused while a third writes', { timeout: 300_000 }, async () => {
  const conflicts = await playAll(3, (first, second) => [
    writes(0, first),
    writes(1, second),
    writes(2, Infinity),
  ]);
  expect(conflicts).toBeGreaterThan(100);
});

it('loses no update wherever one dies and another is paused', { timeout: 300_000 }, async () => {
  const conflicts = await playAll(2, (first, second) => [
    writes(0, first),
    { ...writes(1, second), dies: true },
  ]);
  expect(conflicts).toBeGreaterThan(100);
});

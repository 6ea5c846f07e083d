import fs, { mkdirSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { StoreError } from '../../../runner/errors.ts';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';

/**
 * A counting writer that waits before each call that looks at or changes the folder, until the test lets it go on.
 * `state`: 0 waiting, 1 to go on, 2 to die there, 3 done.
 */
const { state, at } = workerData as { readonly state: Int32Array; readonly at: number };
let stepping = false;

function stepped<A extends readonly unknown[], R>(call: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    step();
    return call(...args);
  };
}

function step(): void {
  if (!stepping) return;
  Atomics.store(state, at, 0);
  Atomics.notify(state, at);
  Atomics.wait(state, at, 0);
  if (Atomics.load(state, at) === 2) throw new Error('killed');
}

/** Its unfinished files, as the next process that opens the store would find them after its death. */
const mine = new Set<string>();
const { lstatSync, linkSync, readdirSync, renameSync, unlinkSync, openSync } = fs;

Object.assign(fs, {
  lstatSync: stepped(lstatSync),
  linkSync: stepped(linkSync),
  readdirSync: stepped(readdirSync),
  unlinkSync: stepped(unlinkSync),
  openSync: stepped((...args: Parameters<typeof openSync>) => {
    const descriptor = openSync(...args);
    if (args[1] === 'wx') mine.add(String(args[0]));
    return descriptor;
  }),
  renameSync: stepped((from: string, to: string) => {
    renameSync(from, to);
    mine.add(to);
  }),
});
syncBuiltinESMExports();

export interface Told {
  /** Values that the store has confirmed. */
  readonly confirmed: readonly number[];
  readonly failure?: string;
}

parentPort?.on('message', ({ root, turns }: { readonly root: string; readonly turns: number }) => {
  void answer(root, turns);
});

async function answer(root: string, turns: number): Promise<void> {
  const told = await count(root, turns);
  stepping = false;
  for (const path of mine) rmSync(path, { force: true });
  mine.clear();
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, no window
  parentPort?.postMessage(told);
  Atomics.store(state, at, 3);
  Atomics.notify(state, at);
}

async function count(root: string, turns: number): Promise<Told> {
  const confirmed: number[] = [];
  mkdirSync(root, { recursive: true });
  const store = createDirectoryStore(root);
  const key = 'runs/counter';
  stepping = true;
  for (let turn = 0; turn < turns; turn += 1) {
    try {
      const found = await store.get(key);
      let text = '';
      for await (const chunk of found?.body ?? []) text += new TextDecoder().decode(chunk);
      const next = new TextEncoder().encode(String(Number(text) + 1));
      await store.put(key, next, { condition: { ifMatch: found?.etag ?? '' }, durable: false });
      confirmed.push(Number(text) + 1);
    } catch (error) {
      if (Atomics.load(state, at) === 2) return { confirmed };
      if (!(error instanceof StoreError && error.code === 'precondition-failed')) {
        return { confirmed, failure: String(error) };
      }
    }
  }
  return { confirmed };
}

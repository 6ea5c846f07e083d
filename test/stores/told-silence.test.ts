import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { silenceOf } from '../../runner/app/open-ledger.ts';
import { openMemoryStore } from '../../runner/stores/memory/store.ts';
import { tellSilence } from '../../runner/stores/told-silence.ts';

it('tells what is waited for wherever an answer is long in coming, and nothing of what comes at once', async () => {
  const memory = openMemoryStore();
  const told: string[] = [];
  let slow = false;
  const answer = async (): Promise<void> => (slow ? sleep(60) : undefined);
  const store = tellSilence(
    {
      ...memory,
      get: async (key) => (await answer(), memory.get(key)),
      put: async (key, body) => (await answer(), memory.put(key, body)),
      delete: async (keys) => (await answer(), memory.delete(keys)),
      async *list(prefix) {
        await answer();
        yield* memory.list(prefix);
      },
    },
    (what) => void told.push(what),
    20,
  );
  const askAll = async (): Promise<void> => {
    await store.put('a', new Uint8Array(3));
    await store.put('large', new Uint8Array(2 * 1024 * 1024));
    await store.get('a');
    for await (const page of store.list('a')) expect(page).toHaveLength(1);
    await store.delete(['large']);
  };
  await askAll();
  await sleep(60);
  expect(told).toEqual([]);
  slow = true;
  await askAll();
  expect(told).toEqual(['writing a', 'reading a', 'listing a', 'removing large']);
});

it('is said once, with the first thing that was waited for', () => {
  const said: string[] = [];
  const silence = silenceOf({ store: 's3://far/away' }, (line) => void said.push(line));
  silence('reading manifests/p/a/_.json');
  silence('listing claims/');
  expect(said).toEqual(['Still waiting for the store s3://far/away to answer: reading manifests/p/a/_.json']);
});

import { appendFileSync } from 'node:fs';
import { StoreError } from '../../../runner/errors.ts';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';

/** Increments one counter for ever and writes down each value that the store has confirmed. */
const [root = '', diary = ''] = process.argv.slice(2);
const store = createDirectoryStore(root);
const key = 'runs/counter.json';

for (let turn = 0; ; turn += 1) {
  const found = await store.get(key);
  const chunks: Uint8Array[] = [];
  for await (const chunk of found?.body ?? []) chunks.push(chunk);
  const { value } = JSON.parse(Buffer.concat(chunks).toString()) as { value: number };
  const next = JSON.stringify({ value: value + 1, filler: 'x'.repeat((value * 7919) % 9000) });
  try {
    await store.put(key, new TextEncoder().encode(next), {
      condition: { ifMatch: found?.etag ?? '' },
      durable: turn % 4 === 0,
    });
    appendFileSync(diary, `${value + 1}\n`);
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'precondition-failed')) throw error;
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { namesIn } from './store-files.ts';
import { readVisible, type Expected } from './visible.ts';

/**
 * A process of its own that reads all stores in a folder over and over. Says each violation on a line, and at TERM
 * how much it has seen.
 */
const [stores = '', expectedFile = ''] = process.argv.slice(2);
const expected = JSON.parse(readFileSync(expectedFile, 'utf8')) as Expected;
const seen = { passes: 0, objects: 0, published: 0 };
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

/** Of older stores nothing changes any more. */
const ALL_EVERY = 50;

while (!stopping.signal.aborted) {
  const names = namesIn(stores).toSorted();
  for (const name of seen.passes % ALL_EVERY === 0 ? names : names.slice(-1)) {
    const { objects, published, violations } = readVisible(join(stores, name), expected);
    seen.objects += objects;
    seen.published += published;
    for (const violation of violations) console.log(`VIOLATION in ${name}: ${violation}`);
  }
  seen.passes += 1;
  await sleep(30);
}
console.log(JSON.stringify(seen));

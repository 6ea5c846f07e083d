import { createHash } from 'node:crypto';
import { createS3Store } from '../../../runner/stores/s3/store.ts';

/** Puts so many MiB by a stream, gets them back, and says how much memory that took and whether they are the same. */
const [uri = '', endpoint = '', sizeMib = '1'] = process.argv.slice(2);
const store = await createS3Store({ kind: 's3', uri, settings: { endpoint } });
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10);
const put = createHash('sha256');

async function* source(): AsyncIterable<Uint8Array> {
  for (let n = 0; n < Number(sizeMib) * 16; n += 1) {
    const chunk = Buffer.alloc(2 ** 16, n);
    put.update(chunk);
    yield chunk;
  }
}

await store.put('objects/large', source());
const got = createHash('sha256');
for await (const chunk of (await store.get('objects/large'))?.body ?? []) got.update(chunk);
clearInterval(watch);
console.log(JSON.stringify({ peakMib: peak / 2 ** 20, isSame: put.digest('hex') === got.digest('hex') }));

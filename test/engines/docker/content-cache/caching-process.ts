import { createHash } from 'node:crypto';
import { createContentCache } from '../../../../runner/engines/docker/content-cache/content-cache.ts';

/** Reads the same contents through one cache and prints a line for each download and at its end, or hangs in one. */
const [folder = '', count = '0', hangs = ''] = process.argv.slice(2);
const cache = createContentCache({ folder });
const { signal } = new AbortController();

for (let index = 0; index < Number(count); index += 1) {
  const bytes = Buffer.alloc(100_000, index);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  async function* download(): AsyncGenerator<Uint8Array> {
    console.log('download');
    yield bytes.subarray(0, 50_000);
    if (hangs === 'hangs') await new Promise((resolve) => setTimeout(resolve, 3_600_000));
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield bytes.subarray(50_000);
  }
  const hash = createHash('sha256');
  for await (const chunk of cache.read({ path: 'x', bytes: bytes.length, sha256 }, download, signal)) {
    hash.update(chunk);
  }
  if (hash.digest('hex') !== sha256) throw new Error(`other bytes of content ${index}`);
}
await cache.close();
console.log(cache.takeTrouble() ?? 'whole');

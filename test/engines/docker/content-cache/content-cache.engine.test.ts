import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDockerEngine } from '../../../../runner/engines/docker/engine.ts';
import type { ObjectStore } from '../../../../runner/ports.ts';
import { openMemoryStore } from '../../../../runner/stores/memory/store.ts';
import { inputOf, jobOf } from '../../../contracts/jobs.ts';
import { busyboxImage } from '../../../parts/busybox-image.ts';
import { dockerPart } from '../../../parts/docker.ts';
import { mountDisk } from '../../../system/disk.ts';

const storeId = `cache-${process.pid}-${Date.now()}`;
const folder = mkdtempSync(join(tmpdir(), 'sluice-cache-full-'));
const memory = openMemoryStore();
let reads = 0;
const store: ObjectStore = {
  ...memory,
  get(key, options) {
    reads += 1;
    return memory.get(key, options);
  },
};
let image: string;
let host: string;

beforeAll(async () => {
  const part = await dockerPart();
  ({ host } = part);
  image = await busyboxImage(part.docker);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a full disk of the cache fails no task: inputs come from the store, and that is said once', async () => {
  using disk = mountDisk(join(folder, 'disk'), '2m');
  const cacheFolder = join(disk.folder, 'content');
  const engine = createDockerEngine({
    host,
    env: {},
    openStore: () => store,
    cache: { folder: cacheFolder, sizeBytes: 2 ** 30 },
  });
  try {
    const input = await inputOf(memory, '/inputs/a', { big: Buffer.alloc(3 * 2 ** 20, 'x'), small: 'y' });
    writeFileSync(join(disk.folder, 'filler'), Buffer.alloc(2 ** 20));
    const warnings: string[] = [];
    const run = async () => {
      let stdout = '';
      const { cause } = await engine.run(
        jobOf(store, image, 'cat /inputs/a/* | wc -c', { storeId, inputs: [input] }),
        {
          signal: new AbortController().signal,
          watched: false,
          onLog: ({ bytes }) => void (stdout += Buffer.from(bytes).toString()),
          onWarning: (message) => warnings.push(message),
        },
      );
      return { cause, stdout: stdout.trim() };
    };
    for (let round = 1; round <= 2; round += 1) {
      expect(await run()).toEqual({ cause: undefined, stdout: String(3 * 2 ** 20 + 1) });
    }
    expect(warnings).toEqual([expect.stringContaining('ENOSPC')]);
    expect(readdirSync(join(cacheFolder, 'tmp'))).toEqual([]);
    expect(readdirSync(join(cacheFolder, 'attempts'))).toEqual([]);
    // Not for ever: with room again it is kept.
    rmSync(join(disk.folder, 'filler'));
    disk.resize('8m');
    await run();
    reads = 0;
    await run();
    expect(reads).toBe(0);
  } finally {
    await engine.sweep({ storeId, isLive: () => Promise.resolve(false) });
    await engine.close();
  }
});

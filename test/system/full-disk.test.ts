import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { mustEndWith, sluice } from './cli.ts';
import { mountDisk, type Disk } from './disk.ts';
import { containersOf, removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { namesIn, recordKeys } from './store-files.ts';
import { readExpected, readVisible } from './visible.ts';

/** The smallest piece of the disk: every file and every folder's first name takes one. */
const PAGE_BYTES = 4096;
/** From no room at all to room enough, so that one step after the other finds the disk full. */
const MOST_PAGES = 60;
const PAGES_MORE = 3;

let docker: Dockerode;
let project: TemporaryProject;
let disk: Disk;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
  project = await layOut({
    'pipelines/tight.yaml': `
name: tight
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none, retry: { max-attempts: 1 } }
tasks:
  first:
    run: yes one | head -c 9000 > /outputs/one.txt
    outputs: [{ path: one.txt, publish: one.txt }]
  second:
    needs: [first]
    run: cat /inputs/first/one.txt > /outputs/two.txt
    outputs: [{ path: two.txt, publish: two.txt }]
`,
  });
  disk = mountDisk(project.path('disk'), '1m');
});

afterAll(async () => {
  for (const name of namesIn(disk.folder)) await removeContainers(docker, join(disk.folder, name));
  disk[Symbol.dispose]();
  await project[Symbol.asyncDispose]();
});

it(
  'wherever in a run the disk gets full, it is said, nothing partial shows, and space is all that it wants',
  { timeout: 240_000 },
  async () => {
    const run = (store: string) => sluice(project.folder, ['run', 'tight', '--store', store]);
    const undisturbed = project.path('undisturbed');
    mustEndWith(0, await run(undisturbed));
    const expected = readExpected(undisturbed);

    const statuses = new Set<number | null>();
    for (let pages = 0; pages <= MOST_PAGES; pages += PAGES_MORE) {
      const store = join(disk.folder, `store-${pages}`);
      const filler = join(disk.folder, 'filler');
      fillBut(filler, pages * PAGE_BYTES);
      const tight = await run(store);
      statuses.add(tight.status);
      const words = tight.stdout + tight.stderr;
      expect(words).not.toContain('defect');
      expect([0, 1, 4]).toContain(tight.status);
      expect(words.includes('the disk or the quota is full')).toBe(tight.status !== 0);
      expect(readVisible(store, expected).violations).toEqual([]);
      expect(namesIn(join(store, 'tmp'))).toEqual([]);

      rmSync(filler);
      mustEndWith(0, await run(store));
      expect(readExpected(store)).toEqual(expected);
      expect(readVisible(store, expected).violations).toEqual([]);
      for (const kind of ['claims/', 'failures/', 'publications/tight/']) {
        expect(recordKeys(store, kind)).toEqual([]);
      }
      expect(await containersOf(docker, store)).toEqual([]);
      rmSync(store, { recursive: true });
      if (tight.status === 0) break;
    }
    // From the first record on, in the middle, and not at all.
    expect(statuses).toEqual(new Set([4, 1, 0]));
  },
);

/** Leaves just so much of the disk. */
function fillBut(file: string, freeBytes: number): void {
  const kept = `${file}-kept`;
  writeFileSync(kept, Buffer.alloc(freeBytes));
  try {
    for (;;) writeFileSync(file, Buffer.alloc(PAGE_BYTES), { flag: 'a' });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOSPC') throw error;
  }
  rmSync(kept);
}

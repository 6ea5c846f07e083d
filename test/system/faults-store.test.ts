import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { documentOf, mustEndWith, problemsOf, sluice, sluiceJson, startSluice } from './cli.ts';
import { mountDisk, type Disk } from './disk.ts';
import { containersOf, removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { filesBelow, namesIn, readRecord, recordFile, recordKeys } from './store-files.ts';
import { until } from './until.ts';

const TEN_MEGABYTES = 10_000_000;

let docker: Dockerode;
let project: TemporaryProject;
let disk: Disk;
let store = '';

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
});

beforeEach(async () => {
  project = await layOut({
    'pipelines/made.yaml': `
name: made
params:
  date: { type: date, start: 2021-01-01 }
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none, retry: { max-attempts: 1 } }
tasks:
  source:
    params: [date]
    secrets: [SIZE, NAP] # no part of what it is
    run: |
      sleep "$NAP"
      echo "$SLUICE_PARAM_DATE" > /outputs/a-date.txt
      yes "$SLUICE_PARAM_DATE" | head -c "$SIZE" > /outputs/large.txt
    outputs: [a-date.txt, { path: large.txt, publish: '\${{ params.date }}.txt' }]
  sum:
    params: [date]
    needs: [{ task: source, last: 2, at-least: 1 }]
    run: cat /inputs/source/*/a-date.txt > /outputs/dates.txt
    outputs: [dates.txt]
`,
  });
  disk = mountDisk(project.path('disk'), '32m');
  store = join(disk.folder, 'store');
});

afterEach(async () => {
  await removeContainers(docker, store);
  disk[Symbol.dispose]();
  await project[Symbol.asyncDispose]();
});

function run(date: string, sizeBytes = 100_000) {
  return sluiceJson(project.folder, ['run', 'made', '--date', date, '--store', store], {
    SIZE: String(sizeBytes),
    NAP: '0.001',
  });
}

describe('a store that cannot be written', () => {
  it('ends a run with 4 before anything runs, and can still be read', async () => {
    expect((await run('2021-01-01')).status).toBe(0);
    const before = filesBelow(store);
    disk.setReadOnly(true);

    const refused = await run('2021-01-02');
    expect(refused.status).toBe(4);
    expect(problemsOf(refused)).toMatchObject([
      { code: 'store-denied', message: expect.stringContaining('the file system is read-only') as unknown },
    ]);
    expect(problemsOf(refused)[0]?.message).toContain('put the store on a writable one');
    expect(filesBelow(store)).toEqual(before);
    expect(await containersOf(docker, store)).toEqual([]);

    const target = project.path('out');
    const got = await sluice(project.folder, [
      'get',
      'made/sum/date=2021-01-01',
      '--to',
      target,
      '--store',
      store,
    ]);
    mustEndWith(0, got);
    expect(readFileSync(join(target, 'dates.txt'), 'utf8')).toBe('2021-01-01\n');
    const planned = await sluiceJson(project.folder, [
      'plan',
      'made',
      '--date',
      '2021-01-01..2021-01-02',
      '--store',
      store,
    ]);
    mustEndWith(0, planned);
    expect(planned.document.counts).toEqual({ done: 2, missing: 2 });
  });

  it('is named where not even its folder can be made', async () => {
    disk.setReadOnly(true);
    const refused = await run('2021-01-01');
    expect(refused.status).toBe(4);
    expect(problemsOf(refused)).toMatchObject([{ code: 'store-denied' }]);
    expect(problemsOf(refused)[0]?.message).toContain('read-only');
  });
});

it('a store that cannot be written any more, in the middle: ends with 4, and the next run completes', async () => {
  const args = ['run', 'made', '--date', '2021-01-01', '--store', store, '--json'];
  const started = await startSluice(project.folder, args, { SIZE: '100000', NAP: '3.001' });
  await until('the task runs', async () => {
    const found = await containersOf(docker, store);
    return found.some(({ Labels, State }) => Labels['sluice.kind'] === 'task' && State === 'running');
  });
  disk.setReadOnly(true);
  const result = await started.ended;
  mustEndWith(4, result);
  expect(documentOf(result).instances).toMatchObject([
    { id: 'made/source/date=2021-01-01', state: 'failed', cause: 'store-error' },
    { id: 'made/sum/date=2021-01-01', state: 'blocked' },
  ]);
  expect(documentOf(result).instances[0]?.reason).toContain('the file system is read-only');
  expect(result.stderr).toContain('The end of the run could not be recorded');
  expect(await containersOf(docker, store)).toEqual([]);

  disk.setReadOnly(false);
  expect(recordKeys(store, 'manifests/')).toEqual([]);
  const next = await run('2021-01-01');
  mustEndWith(0, next);
  expect(next.document.counts).toEqual({ succeeded: 2 });
  expect(recordKeys(store, 'claims/')).toEqual([]);
  expect(namesIn(join(store, 'tmp'))).toEqual([]);
});

describe('a full disk', () => {
  it('fails the instance that finds it full, leaves nothing half, and goes on once there is space', async () => {
    disk.resize('4m');
    const full = await run('2021-01-01', TEN_MEGABYTES);
    expect(full.document.instances).toMatchObject([
      { id: 'made/source/date=2021-01-01', state: 'failed', cause: 'store-full' },
      { id: 'made/sum/date=2021-01-01', state: 'blocked' },
    ]);
    expect(full.document.instances[0]?.reason).toContain('the disk or the quota is full');
    expect([1, 4]).toContain(full.status);
    expect(filesBelow(join(store, 'objects'))).toEqual([]);
    expect(filesBelow(join(store, 'published'))).toEqual([]);
    expect(recordKeys(store, 'manifests/')).toEqual([]);
    expect(namesIn(join(store, 'tmp'))).toEqual([]);
    expect(readRecord(store, 'failures/made/source/date=2021-01-01.json')).toMatchObject({
      cause: { kind: 'store-full' },
    });

    disk.resize('64m');
    const again = await run('2021-01-01', TEN_MEGABYTES);
    mustEndWith(0, again);
    expect(readFileSync(join(store, 'published/2021-01-01.txt')).length).toBe(TEN_MEGABYTES);
    expect(recordKeys(store, 'failures/')).toEqual([]);
  });

  it('without room for a record ends the run with 4, and no harm is done', async () => {
    expect((await run('2021-01-01')).status).toBe(0);
    const manifests = recordKeys(store, 'manifests/');
    const filler = join(disk.folder, 'filler');
    fill(filler);
    const refused = await run('2021-01-02');
    expect(refused.status).toBe(4);
    expect(problemsOf(refused)).toMatchObject([{ code: 'store-full' }]);
    expect(problemsOf(refused)[0]?.message).toContain('sluice gc');
    rmSync(filler);
    expect(recordKeys(store, 'manifests/')).toEqual(manifests);
    expect(namesIn(join(store, 'tmp'))).toEqual([]);
    const again = await run('2021-01-02');
    mustEndWith(0, again);
  });
});

describe('what was tampered with', () => {
  const FIRST = 'made/source/date=2021-01-01';

  it('an object: whatever needs it fails by its name, and get refuses it', async () => {
    expect((await run('2021-01-01')).status).toBe(0);
    const { attempt } = readRecord(store, `manifests/${FIRST}.json`) ?? {};
    const key = `objects/${FIRST}/${attempt}/a-date.txt`;
    // As many bytes as before, and one bit of them another.
    writeFileSync(join(store, key), '2021-01-09\n');

    const next = await run('2021-01-02');
    expect(next.status).toBe(1);
    expect(next.document.instances).toMatchObject([
      { id: 'made/source/date=2021-01-02', state: 'succeeded' },
      { id: 'made/sum/date=2021-01-02', state: 'failed', cause: 'input-corrupt' },
    ]);
    expect(next.document.instances[1]?.reason).toContain(key);
    expect(recordFile(store, 'manifests/made/sum/date=2021-01-02.json')).toBeUndefined();

    const target = project.path('out');
    const got = await sluice(project.folder, ['get', FIRST, '--to', target, '--store', store]);
    expect(got.status).not.toBe(0);
    expect(got.stderr).toContain(key);
    expect(got.stderr).toContain('expected sha256');
    expect(existsSync(join(target, 'a-date.txt'))).toBe(false);
    expect(filesBelow(target).filter((path) => path.includes('.part'))).toEqual([]);
  });

  it.each([
    ['an edited sha256', (text: string) => text.replace(/("sha256": ")[0-9a-f]{4}/, '$10000')],
    ['a cut-off end', (text: string) => text.slice(0, text.length / 2)],
    [
      'the manifest of another instance',
      (text: string) => text.replaceAll('date=2021-01-01', 'date=2021-01-02'),
    ],
  ])('a manifest, %s: it is named and not believed', async (_what, change) => {
    expect((await run('2021-01-01')).status).toBe(0);
    const file = recordFile(store, `manifests/${FIRST}.json`) ?? '';
    copyFileSync(file, project.path('manifest'));
    const changed = change(readFileSync(file, 'utf8'));
    rmSync(file);
    writeFileSync(file, changed);
    expect(changed).not.toBe(readFileSync(project.path('manifest'), 'utf8'));

    const next = await run('2021-01-02');
    expect(next.status).toBe(1);
    expect(next.document.instances).toMatchObject([
      { id: 'made/source/date=2021-01-02', state: 'succeeded' },
      { id: 'made/sum/date=2021-01-02', state: 'failed' },
    ]);
    expect(next.document.instances[1]?.reason).toContain(`manifests/${FIRST}.json`);

    const got = await sluice(project.folder, ['get', FIRST, '--to', project.path('out'), '--store', store]);
    expect(got.status).not.toBe(0);
    expect(got.stderr).toContain(`manifests/${FIRST}.json`);
    expect(filesBelow(project.path('out'))).toEqual([]);
  });
});

/** To the last byte. */
function fill(file: string): void {
  mkdirSync(join(file, '..'), { recursive: true });
  for (const size of [1 << 20, 4096, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOSPC') throw error;
    }
  }
}

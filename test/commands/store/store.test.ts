import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { storeCheckCommand } from '../../../runner/commands/store/check.ts';
import { storeCopyCommand } from '../../../runner/commands/store/copy.ts';
import { storeDuCommand } from '../../../runner/commands/store/du.ts';
import type { Output } from '../../../runner/commands/cli/output.ts';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';
import { ID, manifestOf, openBench, RUN, upload, type Bench } from '../../ledger/sample.ts';

const FILES = { 'a.csv': 'alpha' };
let project = '';
let bench: Bench;
let said: string[] = [];
let documents: unknown[] = [];

const output = (json: boolean): Output => ({
  json,
  color: false,
  debug: false,
  complete: (text) => text,
  say: (text) => void said.push(...[text].flat()),
  warn: (text) => void said.push(...[text].flat()),
  document: async (value) => void documents.push(value),
});

beforeEach(async () => {
  said = [];
  documents = [];
  project = mkdtempSync(join(tmpdir(), 'sluice-store-'));
  vi.spyOn(process, 'cwd').mockReturnValue(project);
  mkdirSync(join(project, 'pipelines'));
  writeFileSync(join(project, 'sluice.yaml'), 'store: store\n');
  writeFileSync(
    join(project, 'pipelines', 'score.yaml'),
    "tasks: { prices: { image: busybox, run: 'true' } }\n",
  );
  bench = await openBench(createDirectoryStore(join(project, 'store')));
  await upload(bench.store, `${RUN}-1`, FILES);
  await bench.ledger.commitManifest(manifestOf(`${RUN}-1`, { files: FILES }), null);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(project, { recursive: true, force: true });
});

describe('sluice store check', () => {
  it('ends with 0 and one line where all is sound', async () => {
    expect(await storeCheckCommand([], { project, deep: true }, output(false))).toBe(0);
    expect(said).toEqual(['1 instance, 1 object (5 B), 2 records: nothing is wrong; every object was read']);
  });

  it('ends with 4 and says what is wrong and what to do', async () => {
    rmSync(join(project, 'store', 'objects', ID, `${RUN}-1`, 'a.csv'));
    expect(await storeCheckCommand([], { project }, output(false))).toBe(4);
    expect(said[0]).toContain(`damage objects/${ID}/${RUN}-1/a.csv`);
    expect(said[0]).toContain(`sluice run ${ID}`);
    expect(await storeCheckCommand([], { project }, output(true))).toBe(4);
    expect(documents).toMatchObject([
      { schema: 1, deep: false, instances: 1, damage: [{ kind: 'object-gone' }], notes: [] },
    ]);
    expect((await bench.ledger.readManifest(ID))?.manifest.outcome).toBe('succeeded');
  });

  it('needs no pipeline: a mistake in one, or none, keeps nobody from the store', async () => {
    writeFileSync(join(project, 'pipelines', 'score.yaml'), 'tasks: [');
    expect(await storeCheckCommand([], { project }, output(false))).toBe(0);
    rmSync(join(project, 'pipelines'), { recursive: true });
    expect(await storeCheckCommand([], { project }, output(false))).toBe(0);
    expect(await storeDuCommand([], { project }, output(false))).toBe(0);
    expect(await storeCopyCommand(['store', 'elsewhere'], { project }, output(false))).toBe(0);
  });

  it('notes a pipeline that is named like another project’s', async () => {
    const claim = { pipeline: 'score', run: RUN, since: '2021-01-29T22:00:00.000Z', adopt: false };
    await bench.ledger.claimPipeline({ ...claim, project: 'desk' });
    expect(await storeCheckCommand([], { project }, output(false))).toBe(0);
    expect(said[0]).toBe(
      `note   pipeline score belongs to project desk in this store (since 2021-01-29, run ${RUN})`,
    );
  });

  it('gathers notes of one kind', async () => {
    for (let at = 0; at < 9; at += 1) writeFileSync(join(project, 'store', `stray-${String(at)}`), 'x');
    for (let at = 0; at < 5; at += 1) {
      mkdirSync(join(project, `store/in-${String(at)}`));
      writeFileSync(join(project, `store/in-${String(at)}/store.json`), '{}');
    }
    said.length = 0;
    expect(await storeCheckCommand([], { project }, output(false))).toBe(0);
    const notes = said.filter((line) => line.startsWith('note'));
    expect(notes).toHaveLength(5);
    expect(notes.some((line) => line.includes('… and 2 more of this kind (nested-store)'))).toBe(true);
    expect(notes.at(-1)).toContain(
      "9 keys are nothing that sluice keeps: stray-0, stray-1, stray-2 and 6 more; if they are nobody's, delete them",
    );
  });

  it('refuses a place where no store is, and makes none', async () => {
    const nowhere = { project, store: 'elsewhere' };
    await expect(storeCheckCommand([], nowhere, output(false))).rejects.toThrow('there is no store');
    await expect(storeCheckCommand([], nowhere, output(false))).rejects.toThrow('there is no store');
  });
});

describe('sluice store du', () => {
  it('is a table by task, and a document', async () => {
    expect(await storeDuCommand([], { project }, output(false))).toBe(0);
    expect(said).toEqual([
      'committed  superseded  logs  published',
      '      5 B         0 B   0 B        0 B  short-score/prices',
      '      5 B         0 B   0 B        0 B  total',
    ]);
    await storeDuCommand(['short-score/prices'], { project }, output(true));
    expect(documents).toMatchObject([
      { schema: 1, tasks: { 'short-score/prices': { committed: { objects: 1, bytes: 5 } } } },
    ]);
    await expect(storeDuCommand(['a/b/c'], { project }, output(false))).rejects.toThrow('pipeline/task');
  });
});

describe('sluice store copy', () => {
  it('copies, has nothing to do again, and tells what was kept with 3', async () => {
    expect(await storeCopyCommand(['store', 'there'], { project }, output(false))).toBe(0);
    expect(said).toEqual([
      'copied 1 instance, 1 object (5 B), 0 other records, 0 published files',
      'use it: store: there in sluice.yaml, or --store there',
    ]);
    expect(await storeCheckCommand([], { project, store: 'there', deep: true }, output(false))).toBe(0);
    expect(await storeCopyCommand(['store', 'there'], { project }, output(true))).toBe(0);
    expect(documents).toMatchObject([{ schema: 1, dryRun: false, instances: 0, objects: 0 }]);

    const copy = await openBench(createDirectoryStore(join(project, 'there')));
    const over = (await copy.ledger.readManifest(ID))?.etag ?? null;
    await copy.ledger.commitManifest(manifestOf('20210131T220000Z-cccccc-1'), over);
    said = [];
    expect(await storeCopyCommand(['store', 'there'], { project }, output(false))).toBe(3);
    expect(said[0]).toContain(`kept: ${ID}`);
  });

  it('takes both places from the current folder, and names the new one as each reader takes it', async () => {
    const below = join(project, 'pipelines');
    vi.spyOn(process, 'cwd').mockReturnValue(below);
    expect(await storeCopyCommand(['../store', './there'], { project }, output(false))).toBe(0);
    expect(said.at(-1)).toBe('use it: store: pipelines/there in sluice.yaml, or --store ./there');
    const copy = await openBench(createDirectoryStore(join(below, 'there')));
    expect(await copy.ledger.readManifest(ID)).toBeDefined();
  });

  it('names the new store as a shell takes it', async () => {
    const there = join(project, 'a copy');
    expect(await storeCopyCommand(['store', there], { project }, output(false))).toBe(0);
    expect(said.at(-1)).toBe(`use it: store: ${there} in sluice.yaml, or --store '${there}'`);
  });

  it('ends with 4 where something is damaged, and refuses a source that is not there', async () => {
    writeFileSync(join(project, 'store', 'objects', ID, `${RUN}-1`, 'a.csv'), 'other');
    expect(await storeCopyCommand(['store', 'there'], { project }, output(false))).toBe(4);
    expect(said[0]).toContain(`not copied: objects/${ID}`);
    const nowhere = storeCopyCommand(['nowhere', 'there'], { project }, output(false));
    await expect(nowhere).rejects.toThrow('there is no store at nowhere');
  });
});

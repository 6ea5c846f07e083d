import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asProblems } from '../../../runner/commands/cli/as-problems.ts';
import { fetchInstance } from '../../../runner/app/results/fetch-instance.ts';
import { identify, ownerName } from '../../../runner/machine/process.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { ID, manifestOf, openBench, RUN, runRecord, upload, type Bench } from '../../ledger/sample.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-fetch-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Every file of a result holds the number of its attempt; one file has it in its name too. */
async function make({ ledger, store }: Bench, n: number): Promise<void> {
  const files: Record<string, string> = { [`only-${n}.txt`]: String(n) };
  for (let file = 0; file < 3; file += 1) files[`${file}.txt`] = String(n);
  const attempt = `${RUN}-${n}`;
  await upload(store, attempt, files);
  const over = (await ledger.readManifest(ID))?.etag ?? null;
  await ledger.commitManifest(manifestOf(attempt, { files }), over);
}

/** Somebody acts before the `n`-th read; opening the ledger reads the store's own record first. */
function watched(store: ObjectStore, n: number, act: () => Promise<void>): ObjectStore {
  let reads = -1;
  return {
    ...store,
    async get(key, options) {
      reads += 1;
      if (reads === n) await act();
      return store.get(key, options);
    },
  };
}

async function delivered(): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort()) {
    files[name] = await readFile(join(folder, name), 'utf8');
  }
  return files;
}

const resultOf = (n: number) => ({
  '0.txt': String(n),
  '1.txt': String(n),
  '2.txt': String(n),
  [`only-${n}.txt`]: String(n),
});

/** A manifest and four objects. */
const READS = [1, 2, 3, 4, 5];

describe('a result that is rebuilt between any two reads of it', () => {
  it.each(READS)('is delivered as one manifest names it (before read %i)', async (n) => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN));
    await make(bench, 1);
    const store = watched(bench.store, n, () => make(bench, 2));
    const fetched = await fetchInstance(await bench.open(store), ID, folder);
    expect(fetched.kind).toBe('fetched');
    const of = fetched.kind === 'fetched' ? Number(fetched.manifest.attempt.slice(RUN.length + 1)) : 0;
    expect(await delivered()).toEqual(resultOf(of));
  });

  it.each(READS)('is delivered whole even if gc leaves no grace (before read %i)', async (n) => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
    await make(bench, 1);
    const store = watched(bench.store, n, async () => {
      await make(bench, 2);
      bench.pass(1e9);
      const { attemptsRemoved } = await bench.ledger.gc({ graceSeconds: 0, dryRun: false });
      expect(attemptsRemoved).toEqual([`${ID}/${RUN}-1`]);
    });
    const fetched = await fetchInstance(await bench.open(store), ID, folder);
    expect(fetched.kind).toBe('fetched');
    expect([resultOf(1), resultOf(2)]).toContainEqual(await delivered());
    const stands = (await bench.ledger.readManifest(ID))?.manifest;
    expect(stands).toMatchObject({ outcome: 'succeeded', attempt: `${RUN}-2` });
  });
});

it('clears away what a killed download left, and leaves what a living one is at', async () => {
  const bench = await openBench();
  await make(bench, 1);
  const own = ownerName(identify());
  const child = spawnSync(process.execPath, ['-e', '']);
  const dead = ownerName({ ...identify(), pid: child.pid, startTime: '1' });
  for (const owner of [own, dead]) await mkdir(join(folder, `.sluice-get.0.${owner}`));
  await writeFile(join(folder, `.sluice-get.0.${dead}`, '1'), 'half');
  const stepwise = watched(bench.store, 2, async () => {
    // Half a file never stands where a whole one will.
    expect((await readdir(folder)).filter((name) => !name.startsWith('.'))).toEqual([]);
  });
  await fetchInstance(await bench.open(stepwise), ID, folder);
  expect(await readdir(folder)).not.toContain(`.sluice-get.0.${dead}`);
  expect((await readdir(folder)).filter((name) => !name.startsWith('.'))).toHaveLength(4);
});

it('leaves what stands in the folder as it is where not all of a result is there any more', async () => {
  const bench = await openBench();
  await make(bench, 1);
  await writeFile(join(folder, '0.txt'), 'a person’s own');
  await bench.store.delete([`objects/${ID}/${RUN}-1/2.txt`]);
  expect(await fetchInstance(bench.ledger, ID, folder)).toEqual({ kind: 'gone' });
  expect(await delivered()).toEqual({ '0.txt': 'a person’s own' });
});

describe('names that a task has chosen', () => {
  it('replace nothing where no folder was named for them', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN));
    await make(bench, 1);
    await writeFile(join(folder, '0.txt'), 'mine');
    await expect(fetchInstance(bench.ledger, ID, folder, { mayReplace: false })).rejects.toThrow(
      `${join(folder, '0.txt')} is there already`,
    );
    expect(await delivered()).toEqual({ '0.txt': 'mine' });
    expect((await fetchInstance(bench.ledger, ID, folder)).kind).toBe('fetched');
    expect(await delivered()).toEqual(resultOf(1));
  });

  it.each(['', 'below'])('name the file that stands where their folder is to be: %s', async (below) => {
    const bench = await openBench();
    await make(bench, 1);
    await writeFile(join(folder, 'afile'), 'mine');
    const named = join(folder, 'afile', below);
    const told = asProblems(await fetchInstance(bench.ledger, ID, named).catch((error: unknown) => error));
    expect(told.problems[0]?.message.startsWith(`${named}${below === '' ? ' ' : ':'}`)).toBe(true);
    expect(told.problems[0]?.message).toMatch(/a file, not a folder$/);
    expect(await delivered()).toEqual({ afile: 'mine' });
  });

  it('lead through no link', async () => {
    const bench = await openBench();
    await bench.ledger.startRun(runRecord(RUN));
    const files = { 'hooks/pre-commit': 'x' };
    await upload(bench.store, `${RUN}-9`, files);
    await bench.ledger.commitManifest(manifestOf(`${RUN}-9`, { files }), null);
    const elsewhere = await mkdtemp(join(tmpdir(), 'sluice-elsewhere-'));
    await symlink(elsewhere, join(folder, 'hooks'));
    await expect(fetchInstance(bench.ledger, ID, folder)).rejects.toThrow('is a link');
    expect(await readdir(elsewhere)).toEqual([]);
    await rm(elsewhere, { recursive: true });
  });
});

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPipeline } from '../../runner/app/asked-pipeline.ts';
import { otherOwners } from '../../runner/app/owners.ts';
import { planPipeline } from '../../runner/app/planned.ts';
import { nameOfProject } from '../../runner/app/project-name.ts';
import { runOn } from '../../runner/app/run.ts';
import { systemClock } from '../../runner/clock.ts';
import { createDryEngine } from '../../runner/engines/dry/engine.ts';
import { createDirectoryStore } from '../../runner/stores/directory/store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-owners-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const SALES = 'tasks:\n  make: { image: busybox, run: echo, outputs: [x] }\n';

function writeProject(name: string, pipelines: Readonly<Record<string, string>> = { sales: SALES }): void {
  write(`${name}/sluice.yaml`, 'store: ../store\n');
  for (const [pipeline, text] of Object.entries(pipelines)) write(`${name}/pipelines/${pipeline}.yaml`, text);
}

const open = (project: string, pipeline = 'sales') =>
  openPipeline({ cwd: join(folder, project), env: { HOME: folder } }, { pipeline });

async function run(project: string, { adopt = false, pipeline = 'sales' } = {}) {
  const planned = await planPipeline(await open(project, pipeline));
  const engine = createDryEngine({
    clock: systemClock,
    openStore: () => createDirectoryStore(join(folder, 'store')),
  });
  return runOn(engine, planned, { adopt });
}

const told = async (project: string, pipeline = 'sales') =>
  otherOwners(await planPipeline(await open(project, pipeline)));

describe('two projects with a pipeline of one name on one store', () => {
  it('the second is told and refused, whatever stands there, until it takes the pipeline over', async () => {
    writeProject('shop-a');
    writeProject('shop-b');
    expect((await run('shop-a')).counts).toEqual({ succeeded: 1 });
    expect(await told('shop-a')).toEqual([]);
    expect(await told('shop-b')).toEqual([
      expect.stringMatching(
        /^pipeline sales belongs to project shop-a in this store \(since [\d-]+, run \S+\), and this is project shop-b: .*sluice run sales --adopt$/,
      ),
    ]);
    await expect(run('shop-b')).rejects.toThrow('pipeline sales belongs to project shop-a');
    expect((await run('shop-b', { adopt: true })).counts).toEqual({ done: 1 });
    expect((await run('shop-b')).counts).toEqual({ done: 1 });
    await expect(run('shop-a')).rejects.toThrow('pipeline sales belongs to project shop-b');
  });

  it('one of two first runs wins, the other runs nothing', async () => {
    writeProject('shop-a');
    writeProject('shop-b');
    const ended = await Promise.allSettled([run('shop-a'), run('shop-b')]);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('what another project’s pipeline has made is not read through a need', async () => {
    writeProject('shop-a');
    await run('shop-a');
    const needer = 'tasks:\n  sum: { image: busybox, run: echo, outputs: [x], needs: [sales/make] }\n';
    writeProject('shop-b', { sales: SALES, report: needer });
    await expect(run('shop-b', { pipeline: 'report' })).rejects.toThrow(
      /pipeline sales belongs to project shop-a .*whose report needs its own sales/,
    );
    // To take over the one is not to take over the other.
    await expect(run('shop-b', { pipeline: 'report', adopt: true })).rejects.toThrow('sales belongs');
  });

  it('a project that was renamed goes on by its old name', async () => {
    writeProject('shop-a');
    await run('shop-a');
    renameSync(join(folder, 'shop-a'), join(folder, 'shop'));
    await expect(run('shop')).rejects.toThrow('and this is project shop');
    write('shop/sluice.yaml', 'project: shop-a\nstore: ../store\n');
    expect((await run('shop')).counts).toEqual({ done: 1 });
  });
});

describe('the name of a project', () => {
  it('is what sluice.yaml says, else its repository’s and the folder in it, else its folder’s', async () => {
    writeProject('x y/shops/é');
    const root = join(folder, 'x y/shops/é');
    expect(await nameOfProject({ root, name: 'mine' })).toBe('mine');
    expect(await nameOfProject({ root })).toBe('é');
    write('x y/.git/HEAD', 'ref: refs/heads/main\n');
    expect(await nameOfProject({ root })).toBe('x-y/shops/é');
    write('x y/.git/config', '[remote "origin"]\n\turl = git@example.org:acme/etl.git\n');
    expect(await nameOfProject({ root })).toBe('etl/shops/é');
    expect(await nameOfProject({ root: join(folder, 'x y') })).toBe('etl');
  });
});

import Docker from 'dockerode';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { busyboxImage } from '../parts/busybox-image.ts';
import { sluice, sluiceJson } from './cli.ts';

let parent: string;
let project: string;
let image: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'sluice-init-'));
  project = join(parent, 'etl');
  image = await busyboxImage(new Docker());
});

afterAll(() => rm(parent, { recursive: true, force: true }));

it('writes a project that checks, runs and publishes at once', async () => {
  expect(await sluice(parent, ['init', 'etl'])).toMatchObject({ status: 0, stderr: '' });
  expect(await sluice(project, ['check'])).toMatchObject({ status: 0, stderr: '' });

  // Here no registry has the template's public image.
  const file = join(project, 'pipelines/hello.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^( {2}image: ).*$/m, `$1${image}`));

  const { status, document } = await sluiceJson(project, ['run', 'hello']);
  expect(document.counts).toEqual({ succeeded: 2 });
  expect(status).toBe(0);
  expect(await readFile(join(project, '.sluice/store/published/hello.txt'), 'utf8')).toBe('HELLO, WORLD\n');
});

it('names a setting that differs as stale, and runs it when asked', async () => {
  const asked = ['hello', '--name', 'sluice'];
  const before = await sluiceJson(project, ['run', ...asked]);
  expect(before.document.counts['succeeded']).toBeUndefined();
  const after = await sluiceJson(project, ['run', ...asked, '--rebuild', 'stale']);
  expect(after.document.counts).toEqual({ succeeded: 2 });
  expect(await readFile(join(project, '.sluice/store/published/hello.txt'), 'utf8')).toBe('HELLO, SLUICE\n');
});

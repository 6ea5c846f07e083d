import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { templates } from '../templates/data.ts';
import { sluiceJson } from './cli.ts';

const RANGE = '2012-10-01..2012-12-31';

let parent: string;
let project: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'sluice-demo-'));
  project = join(parent, 'sluice-demo');
});

afterAll(() => rm(parent, { recursive: true, force: true }));

const demo = () => promisify(execFile)(process.execPath, [join(templates, 'demo/demo.mjs'), project]);

it('shows a chart of three months, and says what to try next', async () => {
  const { stderr } = await demo();
  expect(await readdir(join(project, '.sluice/store/published/charts'))).toEqual([
    '2012-10.html',
    '2012-11.html',
    '2012-12.html',
  ]);
  expect(await readFile(join(project, '.sluice/store/published/charts/2012-12.html'), 'utf8')).toContain(
    'Jan 12',
  );
  expect(stderr).toContain('charts/2012-12.html');
  expect(stderr).toContain(`run demo --date ${RANGE}`);
  expect(stderr).toContain('--rebuild stale');
});

it('has nothing to do the second time, and keeps the folder the third', async () => {
  const { document } = await sluiceJson(project, ['run', 'demo', '--date', RANGE]);
  // Three months of weather, nine trends, three charts; what those read beside is not looked at again.
  expect(document.counts).toEqual({ done: 3 + 9 + 3 });
  await demo();
});

it('names what a changed script makes stale, and leaves alone what comes out equal', async () => {
  await appendFile(join(project, 'scripts/trend.mjs'), '// a remark\n');
  const stale = ['--date', RANGE, '--rebuild', 'stale'];
  const { document: plan } = await sluiceJson(project, ['plan', 'demo', ...stale]);
  expect(plan.counts).toEqual({ done: 3, stale: 9 + 3 });
  expect(plan.instances.find(({ id }) => id.startsWith('demo/trend/'))?.reason).toContain('files');
  const { document: run } = await sluiceJson(project, ['run', 'demo', ...stale]);
  expect(run.counts).toEqual({ done: 3, succeeded: 9, unchanged: 3 });
});

import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { node24 } from '../parts/node24.ts';
import { ensureBundle } from './cli.ts';
import { layOut, type TemporaryProject } from './project.ts';

const program = fileURLToPath(new URL('../../dist/sluice.js', import.meta.url));
let project: TemporaryProject;

beforeAll(async () => {
  await ensureBundle();
  project = await layOut({
    'pipelines/p.yaml': `tasks: { a: { image: 'none:none', run: 'true', secrets: [TOKEN], files: [a b.txt] } }`,
    'a b.txt': '',
    'job.env': 'TOKEN=\nNODE_OPTIONS=--bogus\n',
    'broken.env': 'TOKEN\n',
  });
  symlinkSync(program, project.path('linked sluice'));
});

afterAll(() => project[Symbol.asyncDispose]());

/** As a shell starts it, which is how npm links it, with this Node first on the path. */
async function start(node: string, file: string, words: readonly string[]) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` };
  const ended = await promisify(execFile)(file, words, { cwd: project.folder, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error,
  );
  return { code: ended.code, stdout: ended.stdout, stderr: ended.stderr };
}

describe.each([
  ['the present Node', () => process.execPath],
  ['Node 24', () => node24()],
])('--env-file, on %s', (_, node) => {
  it.each([
    ['run', ['p']],
    // Only where it is run are the values themselves wanted.
    ['repro', ['p/a/_', '--exec']],
  ])('is read by sluice %s, not by Node', async (verb, words) => {
    const asked = (file: string) => start(node(), program, [verb, ...words, '--env-file', file, '--json']);
    const missing = await asked('nope.env');
    expect(missing.code).toBe(2);
    expect(JSON.parse(missing.stdout)).toMatchObject({ problems: [{ code: 'no-env-file' }] });

    const broken = await asked('broken.env');
    expect(JSON.parse(broken.stdout)).toMatchObject({ problems: [{ code: 'bad-env-file' }] });

    // Neither the variable nor what it would do to Node reaches sluice itself.
    const empty = await asked('job.env');
    expect(JSON.parse(empty.stdout)).toMatchObject({
      problems: [{ code: 'missing-secret', message: 'the secret TOKEN (task a) is set, but empty' }],
    });
  });

  it('takes words and its own place as they are', async () => {
    const { code, stdout } = await start(node(), join(project.folder, 'linked sluice'), [
      'logs',
      'p/a/_',
      '--run',
      'a  b',
      '--json',
    ]);
    expect(code).not.toBe(0);
    expect(stdout).toContain('problems');
  });
});

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { busyboxImage } from '../parts/busybox-image.ts';
import { layOut, type TemporaryProject } from './project.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
let project: TemporaryProject;

/** A project that has the package as npm would lay it there, and the page's example. */
beforeAll(async () => {
  const image = await busyboxImage(new Docker());
  const page = readFileSync(join(root, 'docs/library.md'), 'utf8');
  const [, example = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];
  project = await layOut({
    'pipelines/hello.yaml': [
      `defaults: { image: '${image}', pull: never, network: none }`,
      'tasks:',
      '  hello: { run: echo hello > /outputs/hello.txt, outputs: [hello.txt] }',
      '  shout: { needs: [hello], run: tr a-z A-Z < /inputs/hello/hello.txt > /outputs/shout.txt, outputs: [shout.txt] }',
    ].join('\n'),
    'package.json': '{ "type": "module" }',
    'example.ts': example,
    'wrong.ts': `import { planPipeline } from 'sluice';\nexport const plan: number = await planPipeline('hello');\n`,
  });
  await run(process.execPath, ['build.mjs', '--types'], { cwd: root });
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', project.folder], { cwd: root });
  const packed = readdirSync(project.folder).find((name) => name.endsWith('.tgz')) ?? '';
  const home = project.path('node_modules/sluice');
  mkdirSync(home, { recursive: true });
  await run('tar', ['-xzf', project.path(packed), '-C', home, '--strip-components=1']);
  for (const name of ['@types/node', 'undici-types'])
    cpSync(join(root, 'node_modules', name), project.path('node_modules', name), { recursive: true });
  mkdirSync(project.path('cache'));
});

afterAll(() => project[Symbol.asyncDispose]());

const compile = (...words: readonly string[]) =>
  run(
    join(root, 'node_modules/.bin/tsc'),
    ['--ignoreConfig', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', ...words],
    { cwd: project.folder },
  );

it('has types that hold the page’s example, and refuse what is wrong', async () => {
  await compile('example.ts');
  const { stdout } = await compile('--noEmit', 'wrong.ts').then(
    () => ({ stdout: 'no mistake found' }),
    (error: { readonly stdout: string }) => error,
  );
  expect(stdout).toMatch(/^wrong\.ts\(2,.*number/m);
  expect(stdout).toMatch(/^wrong\.ts\(2,.*AskedPipeline/m);
});

it('plans and runs from a program that only has the package', async () => {
  const env = { ...process.env, XDG_CACHE_HOME: project.path('cache') };
  const first = await run(process.execPath, ['example.js'], { cwd: project.folder, env });
  expect(first.stdout.split('\n')).toEqual(
    expect.arrayContaining([
      'planned {"missing":2}',
      'event run-started',
      'event run-finished',
      'report succeeded {"succeeded":2}',
    ]),
  );
  const objects = project.path('.sluice/store/objects/hello/shout/_');
  const [attempt = ''] = readdirSync(objects);
  expect(readFileSync(join(objects, attempt, 'shout.txt'), 'utf8')).toBe('HELLO\n');

  const again = await run(process.execPath, ['example.js'], { cwd: project.folder, env });
  expect(again.stdout).toContain('report succeeded {"done":2}');
});

it('tells mistakes as data', async () => {
  writeFileSync(project.path('pipelines/hello.yaml'), 'tasks: { a: { imag: x } }\n');
  const { code, stderr } = await run(process.execPath, ['example.js'], { cwd: project.folder }).then(
    () => ({ code: 0, stderr: '' }),
    (error: { readonly code: number; readonly stderr: string }) => error,
  );
  expect(code).toBe(2);
  expect(stderr).toMatch(/^pipelines\/hello\.yaml 1 /m);
  expect(existsSync(project.path('node_modules/sluice/dist/types/index.d.ts'))).toBe(true);
});

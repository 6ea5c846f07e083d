import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProject } from '../../runner/language/load.ts';
import { folderSource, locateProject } from '../../runner/language/source.ts';
import { memorySource } from './compile/memory-source.ts';

const OK = 'tasks:\n  t: { image: alpine, run: echo }\n';

describe('loading all pipelines', () => {
  it('takes the name, else the file’s basename', async () => {
    const { pipelines, problems } = await loadProject(
      memorySource({
        'pipelines/a.yaml': OK,
        'pipelines/b.yml': `name: bee\n${OK}`,
        'pipelines/notes.txt': 'x',
        'pipelines/old/c.yaml': 'x',
      }),
      { kind: 'all' },
    );
    expect(problems).toEqual([]);
    expect([...pipelines].map(([name, { file }]) => [name, file])).toEqual([
      ['a', 'pipelines/a.yaml'],
      ['bee', 'pipelines/b.yml'],
    ]);
  });

  it('names the lone files of a folder without pipelines', async () => {
    const { problems } = await loadProject(memorySource({ 'a.yaml': OK, 'sluice.yaml': '{}\n' }), {
      kind: 'all',
    });
    expect(problems).toMatchObject([{ code: 'no-pipelines', fix: 'Name a file by its path: `./a.yaml`.' }]);
  });

  it('finds the mistakes of all files at once, by file and line', async () => {
    const { problems } = await loadProject(
      memorySource({
        'sluice.yaml': 'pool: {}\n',
        'pipelines/b.yaml': 'tasks:\n  t: { image: alpine, run: echo, needs: [x] }\nnam: b\n',
        'pipelines/a.yaml': '[',
      }),
      { kind: 'all' },
    );
    expect(problems.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'pipelines/a.yaml:1',
      'pipelines/b.yaml:2',
      'pipelines/b.yaml:3',
      'sluice.yaml:1',
    ]);
  });

  it('says nothing of needs on a pipeline whose file can’t be read: that is told already', async () => {
    const { problems } = await loadProject(
      memorySource({
        'pipelines/a.yaml': '[',
        'pipelines/b.yaml': 'tasks:\n  t: { image: alpine, run: echo, needs: [a/x] }\n',
      }),
      { kind: 'all' },
    );
    expect(problems.map(({ file }) => file)).toEqual(['pipelines/a.yaml']);
  });
});

it('a file that the system refuses is a mistake, and the others are still judged', async () => {
  const source = memorySource({ 'pipelines/a.yaml': OK, 'pipelines/b.yaml': 'x: 1\n' });
  const { problems } = await loadProject(
    {
      ...source,
      read: async (path) => {
        if (path === 'pipelines/a.yaml') throw new Error('EACCES: permission denied');
        return source.read(path);
      },
    },
    { kind: 'all' },
  );
  expect(problems.map(({ file, code }) => `${file} ${code}`)).toEqual([
    'pipelines/a.yaml file-unreadable',
    'pipelines/b.yaml unknown-key',
    'pipelines/b.yaml missing-key',
  ]);
});

it('an empty sluice.yaml only marks the root', async () => {
  const { project, problems } = await loadProject(
    memorySource({ 'sluice.yaml': '# settings\n', 'pipelines/a.yaml': OK }),
    { kind: 'all' },
  );
  expect(problems).toEqual([]);
  expect(project).toMatchObject({ store: '.sluice/store', concurrency: 4 });
});

describe('loading a lone file', () => {
  const files = {
    'sluice.yaml': 'concurrency: 9\n',
    'pipelines/a.yaml': 'tasks:\n  t: { image: alpine, run: echo, needs: [b/t] }\n',
    'pipelines/b.yaml': `nam: x\n${OK}  u: { image: alpine }\n  v: { needs: [gone] }\n`,
  };

  it('tells its mistakes and those of the files that it needs, not those of the others', async () => {
    const { project, problems } = await loadProject(memorySource(files), {
      kind: 'file',
      path: 'pipelines/a.yaml',
    });
    expect(project.concurrency).toBe(9);
    expect([...new Set(problems.map(({ file }) => file))]).toEqual(['pipelines/b.yaml']);
    expect(problems).not.toEqual([]);
  });

  it('reads no other file where it needs none', async () => {
    const { pipelines } = await loadProject(memorySource({ ...files, 'lone.yaml': OK }), {
      kind: 'file',
      path: 'lone.yaml',
    });
    expect([...pipelines.keys()]).toEqual(['lone']);
  });

  it('is told of when it is not there', async () => {
    const { problems } = await loadProject(memorySource(files), { kind: 'file', path: 'gone.yaml' });
    expect(problems).toMatchObject([{ code: 'file-not-found', file: 'gone.yaml' }]);
  });
});

describe('loading a pipeline by its name', () => {
  const NEEDS_B = 'tasks:\n  t: { image: alpine, run: echo, needs: [b/t] }\n';
  const load = (files: Readonly<Record<string, string>>, name?: string) =>
    loadProject(memorySource(files), { kind: 'pipeline', name });

  it('takes a lone file of that name where there is no folder of pipelines', async () => {
    const { pipelines, problems } = await load({ 'lone.yaml': OK, 'other.yml': '[' }, 'lone');
    expect(problems).toEqual([]);
    expect([...pipelines.keys()]).toEqual(['lone']);
    expect((await load({ 'lone.yaml': OK }, 'loan')).problems).toMatchObject([{ code: 'no-pipelines' }]);
  });

  it.each([
    ['a wrong key', 'tasks: { t: { imag: x } }'],
    ['broken YAML', 'tasks: ['],
    ['no text at all', '\0'],
  ])('is not stopped by a neighbour with %s', async (_, broken) => {
    const files = { 'pipelines/a.yaml': OK, 'pipelines/c.yaml': broken };
    const { pipelines, problems, names } = await load(files, 'a');
    expect(problems).toEqual([]);
    expect([...pipelines.keys()]).toEqual(['a']);
    expect([...names.keys()].sort()).toEqual(['a', 'c']);
    expect((await load(files, 'c')).problems).not.toEqual([]);
  });

  it('takes along what it needs, under whatever name a file has, and is stopped by mistakes there', async () => {
    const sound = { 'pipelines/a.yaml': NEEDS_B, 'pipelines/z.yaml': `name: b\n${OK}` };
    const { pipelines, problems } = await load(sound, 'a');
    expect(problems).toEqual([]);
    expect(pipelines.get('a')?.tasks['t']?.needs).toMatchObject([
      { target: { pipeline: 'b', task: 't' }, foreign: true },
    ]);
    expect([...pipelines.keys()].sort()).toEqual(['a', 'b']);
    const broken = { ...sound, 'pipelines/z.yaml': 'name: b\ntasks: { t: { image: x, nam: y } }\n' };
    expect((await load(broken, 'a')).problems).toMatchObject([{ file: 'pipelines/z.yaml' }]);
  });

  it('names a file that can’t be read where what is needed may be in it', async () => {
    const { problems } = await load({ 'pipelines/a.yaml': NEEDS_B, 'pipelines/z.yaml': 'name: [b' }, 'a');
    expect([...new Set(problems.map(({ file }) => file))]).toEqual(['pipelines/a.yaml', 'pipelines/z.yaml']);
  });

  it('refuses a name that two files have, and only that', async () => {
    const files = { 'pipelines/a.yaml': OK, 'pipelines/b.yaml': `name: a\n${OK}`, 'pipelines/c.yaml': OK };
    expect((await load(files, 'a')).problems).toMatchObject([{ code: 'name-taken' }]);
    expect((await load(files, 'c')).problems).toEqual([]);
  });

  it('takes the only one where none is named', async () => {
    expect([...(await load({ 'pipelines/a.yaml': OK })).pipelines.keys()]).toEqual(['a']);
    expect((await load({})).problems).toMatchObject([{ code: 'no-pipelines' }]);
    const two = await load({ 'pipelines/a.yaml': OK, 'pipelines/b.yaml': 'tasks: [' });
    expect(two.problems).toEqual([]);
    expect([...two.names.keys()].sort()).toEqual(['a', 'b']);
  });
});

describe('a folder of this machine', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-source-'));
    await mkdir(join(folder, 'project/pipelines'), { recursive: true });
    await mkdir(join(folder, 'project/scripts'), { recursive: true });
    await writeFile(join(folder, 'project/pipelines/p.yaml'), OK);
    await writeFile(join(folder, 'project/scripts/a.sh'), 'echo');
    await chmod(join(folder, 'project/scripts/a.sh'), 0o755);
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await symlink('../../secret.txt', join(folder, 'project/scripts/out.sh'));
    await symlink('a.sh', join(folder, 'project/scripts/in.sh'));
    await symlink('nowhere', join(folder, 'project/scripts/dangling'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('lists kinds and executable bits, follows links inside and never reads outside', async () => {
    const source = folderSource(join(folder, 'project'));
    expect(await source.list('scripts')).toEqual([
      { name: 'a.sh', kind: 'file', executable: true },
      { name: 'dangling', kind: 'broken-link', executable: false },
      { name: 'in.sh', kind: 'file', executable: true },
      { name: 'out.sh', kind: 'outside', executable: false },
    ]);
    expect(await source.read('scripts/in.sh')).toEqual(Buffer.from('echo'));
    expect(await source.read('scripts/out.sh')).toBeUndefined();
    expect(await source.read('../secret.txt')).toBeUndefined();
    expect(await source.read('scripts')).toBeUndefined();
    expect(await source.list('gone')).toBeUndefined();
    expect(await source.list('scripts/a.sh')).toBeUndefined();
  });

  it('tells of files that lead out of the project by a link', async () => {
    await writeFile(
      join(folder, 'project/pipelines/p.yaml'),
      'tasks:\n  t: { image: alpine, run: echo, files: [scripts/out.sh] }\n',
    );
    const { problems } = await loadProject(folderSource(join(folder, 'project')), { kind: 'all' });
    expect(problems).toMatchObject([{ code: 'outside-project', line: 2 }]);
  });

  it('finds the project above a folder: sluice.yaml, else pipelines/, else the file’s own folder', async () => {
    const project = join(folder, 'project');
    expect(await locateProject(join(project, 'scripts'))).toEqual({
      root: project,
      selection: { kind: 'all' },
    });
    expect(await locateProject(project, 'pipelines/p.yaml')).toEqual({
      root: project,
      selection: { kind: 'file', path: 'pipelines/p.yaml' },
    });
    await writeFile(join(folder, 'sluice.yaml'), '');
    expect(await locateProject(join(project, 'scripts'))).toEqual({
      root: folder,
      selection: { kind: 'all' },
    });
    const lone = await mkdtemp(join(tmpdir(), 'sluice-lone-'));
    try {
      expect(await locateProject(tmpdir(), join(lone, 'x.yaml'))).toEqual({
        root: lone,
        selection: { kind: 'file', path: 'x.yaml' },
      });
    } finally {
      await rm(lone, { recursive: true });
    }
  });
});

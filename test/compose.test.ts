import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openProject } from '../runner/app/project/open-project.ts';
import { openProjectLedger, storeRef } from '../runner/compose.ts';
import { ProblemsError } from '../runner/errors.ts';
import { manifestOf, RUN } from './ledger/sample.ts';

const INSTANCE = 'score/prices/date=2021-01-29';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-compose-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Commits one result and reads what a plan that asks for staleness would. */
async function readContents(env: Readonly<Record<string, string>>) {
  const project = { root: folder, store: 'store', engine: {}, pools: {}, concurrency: 4, notify: undefined };
  const ledger = await openProjectLedger(project, env);
  await ledger.commitManifest(manifestOf(`${RUN}-1`, { instance: INSTANCE }), null);
  const range = { pipeline: 'score', task: 'prices' };
  const { contents } = await ledger.readKnowledge([range], { contents: true });
  return { storeId: ledger.storeId, read: [...contents.keys()] };
}

/** Folders of stores, each with what was read of it. */
function keptIn(cache: string): readonly string[] {
  return readdirSync(join(folder, cache)).filter((store) =>
    existsSync(join(folder, cache, store, 'score/prices.json')),
  );
}

test('manifests that were read are kept in the cache folder of the user', async () => {
  const { storeId } = await readContents({ XDG_CACHE_HOME: join(folder, 'cache'), HOME: folder });
  expect(keptIn('cache/sluice')).toEqual([expect.stringContaining(storeId)]);
});

test('without one they are kept below the home folder', async () => {
  const { storeId } = await readContents({ HOME: folder });
  expect(keptIn('.cache/sluice')).toEqual([expect.stringContaining(storeId)]);
});

test.each([
  ['cannot be made', { XDG_CACHE_HOME: '/dev/null/cache' }],
  ['has no place', {}],
])('a cache that %s fails nothing', async (_, env) => {
  expect((await readContents(env)).read).toEqual([INSTANCE]);
});

test('a cache that is no folder fails nothing', async () => {
  writeFileSync(join(folder, 'cache'), '');
  const { read } = await readContents({ XDG_CACHE_HOME: join(folder, 'cache') });
  expect(read).toEqual([INSTANCE]);
});

describe('the store', () => {
  const open = async (
    file: string,
    given: { store?: string; env?: Record<string, string>; cwd?: string } = {},
  ) => {
    writeFileSync(join(folder, 'sluice.yaml'), file);
    mkdirSync(join(folder, 'pipelines'), { recursive: true });
    writeFileSync(join(folder, 'pipelines/p.yaml'), 'tasks: { a: { image: x, run: y } }');
    const { env = {}, ...flags } = given;
    return storeRef((await openProject({ cwd: folder, env, ...flags })).project);
  };
  const bucket = [
    'store:',
    '  uri: s3://acme/sluice',
    '  endpoint: https://s3.example.org',
    '  region: eu-central-1',
    '  path-style: false',
    '  encryption: sse-kms',
    '  kms-key: alias/sluice',
    '  storage-class: STANDARD_IA',
    '  tags: { team: research, year: 2021, empty: "" }',
  ].join('\n');

  test('is a bucket with the settings of the file', async () => {
    expect(await open(bucket)).toEqual({
      kind: 's3',
      uri: 's3://acme/sluice',
      settings: {
        endpoint: 'https://s3.example.org',
        region: 'eu-central-1',
        pathStyle: false,
        encryption: 'sse-kms',
        kmsKey: 'alias/sluice',
        storageClass: 'STANDARD_IA',
        tags: { team: 'research', year: '2021', empty: '' },
      },
    });
  });

  test('that a flag or a variable names has its own settings only', async () => {
    const other = { kind: 's3', uri: 's3://other', settings: { region: 'x' } };
    expect(await open(bucket, { store: 's3://other?region=x' })).toEqual(other);
    expect(await open(bucket, { env: { SLUICE_STORE: 's3://other?region=x' } })).toEqual(other);
    expect(await open(bucket, { store: 'here' })).toEqual({ kind: 'directory', root: join(folder, 'here') });
  });

  test('that is named is relative to the current folder, that of the file to the project', async () => {
    const cwd = join(folder, 'pipelines');
    const at = (...path: readonly string[]) => ({ kind: 'directory', root: join(folder, ...path) });
    expect(await open('store: ./st', { cwd })).toEqual(at('st'));
    expect(await open('store: ./st', { cwd, store: '../other' })).toEqual(at('other'));
    expect(await open('store: ./st', { cwd, store: 'file://other' })).toEqual(at('pipelines/other'));
    expect(await open('store: ./st', { cwd, env: { SLUICE_STORE: 'other' } })).toEqual(at('pipelines/other'));
  });

  test('that is named beside a lone file is relative to the current folder too', async () => {
    mkdirSync(join(folder, 'lone'));
    writeFileSync(join(folder, 'lone/l.yaml'), 'tasks: { a: { image: x, run: y } }');
    const { project } = await openProject({ cwd: folder, env: {}, file: 'lone/l.yaml', store: 'st' });
    expect(storeRef(project)).toEqual({ kind: 'directory', root: join(folder, 'st') });
  });

  test.each([
    ['store: ftp://a/b', 'found "ftp://a/b"'],
    ['store: { uri: folder, region: x }', 'found the folder "folder"'],
    ['store: s3://acme?x=y', 'found "x"'],
    ['store: { region: x }', 'uri'],
    ['store: { uri: s3://acme, endpoint: localhost }', 'https://s3.example.org'],
  ])('%s is refused before anything is asked of it', async (file, words) => {
    const refused = await open(file).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ProblemsError);
    expect(JSON.stringify((refused as ProblemsError).problems)).toContain(words.replaceAll('"', '\\"'));
  });
});

describe('the cache of inputs', () => {
  const cacheOf = async (file: string, env: Readonly<Record<string, string>> = {}) => {
    writeFileSync(join(folder, 'sluice.yaml'), file);
    mkdirSync(join(folder, 'pipelines'), { recursive: true });
    writeFileSync(join(folder, 'pipelines', 'p.yaml'), 'tasks: { t: { image: debian } }\n');
    return (await openProject({ cwd: folder, env })).project.cacheBytes;
  };

  test.each([
    ['concurrency: 2', {}, undefined],
    ['cache: true', {}, undefined],
    ['cache: false', {}, 0],
    ['cache: { size: 20g }', {}, 20 * 2 ** 30],
    ['cache: false', { SLUICE_CACHE: '1GiB' }, 2 ** 30],
    ['cache: { size: 20g }', { SLUICE_CACHE: 'false' }, 0],
    ['cache: { size: 20g }', { SLUICE_CACHE: '' }, 20 * 2 ** 30],
  ])('is set by %s and %o', async (file, env: Readonly<Record<string, string>>, bytes) => {
    expect(await cacheOf(file, env)).toBe(bytes);
  });

  test('refuses a variable that is no size', async () => {
    await expect(cacheOf('concurrency: 2', { SLUICE_CACHE: 'much' })).rejects.toThrow('found "much"');
  });
});

describe('a store that would become a folder of that name', () => {
  const project = { root: '/work', engine: {}, pools: {}, concurrency: 4, notify: undefined };
  test.each([
    '~/store',
    '~me',
    '${HOME}/x',
    '$HOME/x',
    's3:/b',
    's3:b',
    'gs:/b',
    'file:/x',
    '',
    ' ',
    ' s3://b',
  ])('is refused: "%s"', (store) => {
    expect(() => storeRef({ ...project, store })).toThrow(ProblemsError);
    expect(() => storeRef({ ...project, store })).toThrow('expected a folder or s3://bucket/prefix');
  });

  test.each(['a~b', 'cost$', 'C:/store', './s3:b', 'file:///srv/store'])(
    'is taken where it is meant: "%s"',
    (store) => {
      expect(storeRef({ ...project, store }).kind).toBe('directory');
    },
  );
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProjectLedger } from '../runner/compose.ts';
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

test('manifests that were read are kept in the cache folder of the user', async () => {
  const { storeId } = await readContents({ XDG_CACHE_HOME: join(folder, 'cache'), HOME: folder });
  expect(existsSync(join(folder, 'cache/sluice', storeId, 'score/prices.json'))).toBe(true);
});

test('without one they are kept below the home folder', async () => {
  const { storeId } = await readContents({ HOME: folder });
  expect(existsSync(join(folder, '.cache/sluice', storeId, 'score/prices.json'))).toBe(true);
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

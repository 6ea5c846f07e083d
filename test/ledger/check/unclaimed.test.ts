import { expect, it } from 'vitest';
import { unclaimedResults } from '../../../runner/app/unclaimed.ts';
import { STORE_SCHEMA } from '../../../runner/model/records.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { pipeline, task } from '../../plan/build.ts';

async function storeWith(ids: readonly string[]): Promise<ObjectStore> {
  const store = openMemoryStore();
  for (const id of ids) {
    const [name, one] = id.split('/');
    const keys = new TextEncoder().encode(JSON.stringify({ schema: STORE_SCHEMA, keys: [] }));
    await store.put(`tasks/${name}/${one}.json`, keys);
    await store.put(`manifests/${id}.json`, new Uint8Array());
  }
  return store;
}

const venues = { kind: 'static', keys: ['venue'], legs: [{ venue: 'nyse' }] } as const;
const own = pipeline([task('prices', { matrix: venues }), task('score')]);

const said = async (store: ObjectStore, whole = false): Promise<readonly string[]> =>
  (await unclaimedResults({ store }, [own], { whole })).map(({ message }) => message);

it('results of a task that is gone are named, and legs that a changed list left', async () => {
  const store = await storeWith([
    'p/prices/date=2021-01-04/venue=nyse',
    'p/prices/date=2021-01-04/venue=nasdaq',
    'p/prices/date=2021-01-05/venue=nasdaq',
    // Of other key names: the plan tells of those.
    'p/prices/date=2021-01-05',
    'p/score/date=2021-01-04',
    'p/trend/date=2021-01-04',
    'p/trend/date=2021-01-05',
    'other/trend/_',
  ]);
  expect(await said(store)).toEqual([
    '2 results of `prices` have no leg any more in its matrix: venue=nasdaq',
    '2 results of `trend` have no task any more in pipeline p (renamed?)',
  ]);
});

it('results of dates that their calendar or start leaves out are named, with the command that shows them', async () => {
  const store = await storeWith([
    'p/score/date=2021-01-18',
    'p/score/date=2020-12-30',
    'p/score/date=2021-01-19',
    // Beyond the end of the calendar nothing is known.
    'p/score/date=2022-01-03',
  ]);
  expect(await said(store)).toEqual([
    '2 results of `score` have no partition any more, by its calendar or start: date=2020-12-30, date=2021-01-18: sluice ls p/score',
  ]);
  expect(await said(await storeWith(['p/score/date=2021-01-18']))).toEqual([
    '1 result of `score` has no partition any more, by its calendar or start: date=2021-01-18: sluice ls p/score/date=2021-01-18',
  ]);
});

it('nothing is said of a store whose results all have a task', async () => {
  expect(
    await said(await storeWith(['p/prices/date=2021-01-04/venue=nyse', 'p/score/date=2021-01-04'])),
  ).toEqual([]);
  expect(await said(openMemoryStore())).toEqual([]);
});

it('of very many only some are counted, and that is said', async () => {
  const days = Array.from({ length: 20_100 }, (_, day) => `p/trend/date=${day}`);
  const store = await storeWith(days);
  expect(await said(store)).toEqual([
    'at least 20,000 results of `trend` have no task any more in pipeline p (renamed?)',
  ]);
  expect(await said(store, true)).toEqual([
    '20,100 results of `trend` have no task any more in pipeline p (renamed?)',
  ]);
});

import { expect, it } from 'vitest';
import { StoreError } from '../../runner/errors.ts';
import type { Source } from '../../runner/model/source.ts';
import type { ObjectStore } from '../../runner/ports.ts';
import { createSources } from '../../runner/sources/sources.ts';
import { openMemoryStore } from '../../runner/stores/memory/store.ts';
import { encode } from '../contracts/object-store.ts';
import { sha256 } from '../ledger/sample.ts';

const { signal } = new AbortController();
const PREFIX: Source = { kind: 'prefix', uri: 's3://vendor/day/', doneFlag: '_SUCCESS' };

function sourcesOn(store: ObjectStore, opened: string[] = []) {
  return createSources({
    refOf: (uri) => ({ kind: 's3', uri, settings: {} }),
    openStore: async (ref) => {
      opened.push(ref.kind === 's3' ? ref.uri : ref.kind);
      return store;
    },
  });
}

it('an object is late until it is there, then recorded with etag, size, time and hash', async () => {
  const store = openMemoryStore();
  const opened: string[] = [];
  const sources = sourcesOn(store, opened);
  const source: Source = { kind: 'object', uri: 's3://vendor/day/feed.csv' };
  expect(await sources.probe(source, { signal })).toEqual({
    kind: 'not-ready',
    answer: '404 s3://vendor/day/feed.csv: there is no such object',
  });
  const { etag } = await store.put('feed.csv', encode('a,b'));
  const probed = await sources.probe(source, { signal });
  expect(probed).toMatchObject({
    kind: 'ready',
    external: {
      uri: 's3://vendor/day',
      objects: [{ path: 'feed.csv', bytes: 3, sha256: sha256('a,b'), etag, modifiedAt: expect.any(String) }],
    },
  });
  expect(new Set(opened)).toEqual(new Set(['s3://vendor/day']));
  if (probed.kind !== 'ready') return;
  expect(await sources.changed(probed.external, { signal })).toBeUndefined();
  await store.put('feed.csv', encode('a,c'));
  expect(await sources.changed(probed.external, { signal })).toMatch(
    /^s3:\/\/vendor\/day\/feed\.csv changed since it was recorded \(etag \S+ then, \S+ now\)$/,
  );
  await store.delete(['feed.csv']);
  expect(await sources.changed(probed.external, { signal })).toBe(
    's3://vendor/day/feed.csv is not there any more',
  );
});

it('a prefix is ready with its flag, which is none of its objects', async () => {
  const store = openMemoryStore();
  const sources = sourcesOn(store);
  await store.put('part-1.csv', encode('1'));
  await store.put('deep/part-2.csv', encode('2'));
  expect(await sources.probe(PREFIX, { signal })).toMatchObject({
    kind: 'not-ready',
    answer: '404 s3://vendor/day/_SUCCESS: there is no such flag',
  });
  await store.put('_SUCCESS', encode(''));
  const probed = await sources.probe(PREFIX, { signal });
  const paths = probed.kind === 'ready' ? probed.external.objects.map(({ path }) => path) : probed;
  expect(paths).toEqual(['deep/part-2.csv', 'part-1.csv']);
});

it('what is written while it is read is late, and a server that is away too', async () => {
  const store = openMemoryStore();
  await store.put('_SUCCESS', encode(''));
  await store.put('part', encode('1'));
  const restless: ObjectStore = {
    ...store,
    get: async (key, options) => {
      await store.put('part', encode('2'));
      return store.get(key, options);
    },
  };
  expect(await sourcesOn(restless).probe(PREFIX, { signal })).toEqual({
    kind: 'not-ready',
    answer: 's3://vendor/day/part changes while it is read',
  });
  const away: ObjectStore = {
    ...store,
    list: () => {
      throw new StoreError('store-unreachable', 'no server answers');
    },
  };
  expect(await sourcesOn(away).probe(PREFIX, { signal })).toEqual({
    kind: 'not-ready',
    answer: 's3://vendor/day/: no server answers',
  });
});

it.each([
  ['object', '/data/feed.csv'],
  ['object', 's3://vendor'],
  ['prefix', 'data/'],
])('an %s that is no address is refused: %s', async (kind, uri) => {
  const source: Source = kind === 'object' ? { kind, uri } : { kind: 'prefix', uri, doneFlag: 'x' };
  expect(await sourcesOn(openMemoryStore()).probe(source, { signal })).toMatchObject({ kind: 'invalid' });
});

import { expect, it } from 'vitest';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { encode } from '../../contracts/object-store.ts';
import { openBench } from '../sample.ts';

it.each(['../../outside', '/outside', 'a/b', '', '.', 'a\nb', 'a'.repeat(200)])(
  'refuses a store whose id is %j: it names a folder of the cache and is a label',
  async (id) => {
    const store = openMemoryStore();
    await store.put('store.json', encode(JSON.stringify({ schema: 1, id })));
    await expect(openBench(store)).rejects.toMatchObject({ code: 'store-corrupt', key: 'store.json' });
  },
);

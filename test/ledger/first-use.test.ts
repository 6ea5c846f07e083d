import { expect, test, vi } from 'vitest';
import { ensureStoreRecord } from '../../runner/ledger/records/store-record.ts';
import { StoreError } from '../../runner/errors.ts';
import { openMemoryStore } from '../../runner/stores/memory/store.ts';
import { keysOf } from '../contracts/object-store.ts';

test('a store proves that it keeps its promises before anything is written to it, and once', async () => {
  const memory = openMemoryStore();
  const check = vi
    .fn<() => Promise<void>>()
    .mockRejectedValueOnce(new StoreError('store-unsuitable', 'it does not'));
  const store = { ...memory, check };
  await expect(ensureStoreRecord(store, () => 'a')).rejects.toThrow('it does not');
  expect(await keysOf(memory, '')).toEqual([]);
  expect(await ensureStoreRecord(store, () => 'b')).toMatchObject({ id: 'b' });
  expect(await ensureStoreRecord(store, () => 'c')).toMatchObject({ id: 'b' });
  expect(check).toHaveBeenCalledTimes(2);
});

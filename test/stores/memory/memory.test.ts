import { expect, it } from 'vitest';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { describeObjectStore } from '../../contracts/object-store.ts';

describeObjectStore(
  'the memory store',
  () => openMemoryStore(),
  (store) => (store.ref.kind === 'memory' ? openMemoryStore(store.ref.id) : store),
);

it('gives the same store for the same reference', () => {
  expect(openMemoryStore('a')).toBe(openMemoryStore('a'));
  expect(openMemoryStore('a')).not.toBe(openMemoryStore());
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';
import { describeObjectStore } from '../../contracts/object-store.ts';

const parent = mkdtempSync(join(tmpdir(), 'sluice-directory-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

describeObjectStore(
  'the directory store',
  () => createDirectoryStore(join(mkdtempSync(join(parent, 'store-')), 'not', 'there')),
  (store) => (store.ref.kind === 'directory' ? createDirectoryStore(store.ref.root) : store),
);

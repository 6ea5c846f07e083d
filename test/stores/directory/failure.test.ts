import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';

it('a file where a folder is needed is told by its place, and by none of ours', async () => {
  const root = mkdtempSync(join(tmpdir(), 'sluice-failure-'));
  try {
    const store = createDirectoryStore(root);
    await store.put('published/a', new Uint8Array([1]));
    writeFileSync(join(root, 'published/a'), 'x');
    const error: unknown = await store
      .put('published/a/b', new Uint8Array([1]))
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'store-unsuitable' });
    expect(String(error)).toContain('a file stands where a folder is needed');
    expect(String(error)).not.toMatch(/' -> '/);
  } finally {
    rmSync(root, { recursive: true });
  }
});

import { resolve } from 'node:path';
import { StoreError } from '../../errors.ts';
import { isBlob, keyProblem } from '../../model/key.ts';
import type { ObjectStore } from '../../ports.ts';
import { copyBlob, deleteBlob, readBlob, writeBlob } from './blob.ts';
import { checkFolder } from './check.ts';
import { storeError } from './failure.ts';
import { listKeys } from './list.ts';
import { deleteRecord, readRecord, writeRecord } from './record.ts';
import { createTemporaries } from './temporary.ts';
import { createVersions } from './version.ts';

/**
 * A store in a folder; made at the first write. Objects and what is published are plain files. Everything else is
 * a record in numbered versions: `name` is the first, `name@2` the next, the highest counts (see docs/store.md).
 * There is nothing to unlock after a crash: what a dead process left in `tmp/` is removed here.
 */
export function createDirectoryStore(folder: string): ObjectStore {
  const root = resolve(folder);
  const temporaries = createTemporaries(root);
  const versions = createVersions();
  const context = { root, temporaries, versions };
  temporaries.sweep();

  return {
    ref: { kind: 'directory', root },

    async get(key, { range, signal } = {}) {
      refuseBadKey(key);
      signal?.throwIfAborted();
      return naming(key, 'read', async () =>
        isBlob(key) ? readBlob(context, key, range, signal) : readRecord(context, key, range, signal),
      );
    },

    async put(key, body, { condition, signal, durable = true, executable = false } = {}) {
      refuseBadKey(key);
      signal?.throwIfAborted();
      const options = { durable, executable, ...(condition && { condition }), ...(signal && { signal }) };
      return naming(key, 'write', () =>
        isBlob(key) ? writeBlob(context, key, body, options) : writeRecord(context, key, body, options),
      );
    },

    list: (prefix, options = {}) => listKeys(context, prefix, options),

    async copy(from, to, { signal } = {}) {
      refuseBadKey(from);
      refuseBadKey(to);
      signal?.throwIfAborted();
      await naming(to, 'write', () => copyBlob(context, from, to));
    },

    async delete(keys, { signal } = {}) {
      keys.forEach(refuseBadKey);
      for (const key of keys) {
        signal?.throwIfAborted();
        await naming(key, 'remove', async () =>
          isBlob(key) ? deleteBlob(context, key) : deleteRecord(context, key),
        );
      }
    },

    check: () => checkFolder(context),
  };
}

function refuseBadKey(key: string): void {
  const problem = keyProblem(key) ?? (key.startsWith('tmp/') ? 'tmp/ is for unfinished files' : undefined);
  if (problem !== undefined) {
    throw new StoreError('bad-key', `${JSON.stringify(key)} cannot be a key: ${problem}`, { key });
  }
}

async function naming<T>(key: string, what: 'read' | 'write' | 'remove', act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw storeError(error, key, what);
  }
}

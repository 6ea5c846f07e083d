import { StoreError } from '../../errors.ts';
import { keyProblem } from '../../model/key.ts';
import type { StoreRef } from '../../model/store-ref.ts';
import type { ObjectStore } from '../../ports.ts';
import { checkConditions } from './check.ts';
import { createClients } from './client.ts';
import { copyObject } from './copy.ts';
import { failureOf } from './failure.ts';
import { listKeys } from './list.ts';
import { readObject } from './read.ts';
import { removeObjects } from './remove.ts';
import { createSession, type Sizes } from './session.ts';
import { bucketAndPrefix } from './uri.ts';
import { writeObject } from './write.ts';

const MIB = 2 ** 20;

/** One request copies up to 5 GiB, a part likewise; an upload has up to 10,000 parts of at least 5 MiB. */
const SIZES: Sizes = { partBytes: 8 * MIB, copyBytes: 5 * 1024 * MIB, copyPartBytes: 512 * MIB };

/** Of this process, so that whoever opens the same bucket shares connections, credentials and limits. */
const stores = new Map<string, Promise<ObjectStore>>();

export async function openS3Store(ref: StoreRef & { readonly kind: 's3' }): Promise<ObjectStore> {
  const name = JSON.stringify([ref.uri, ref.settings]);
  const known = stores.get(name);
  if (known !== undefined) return known;
  const opening = createS3Store(ref);
  stores.set(name, opening);
  try {
    return await opening;
  } catch (error) {
    // A region may be known the next time.
    stores.delete(name);
    throw error;
  }
}

/** A store in a bucket, below a prefix of it. Nothing is asked of the bucket yet. */
export async function createS3Store(
  ref: StoreRef & { readonly kind: 's3' },
  sizes: Sizes = SIZES,
): Promise<ObjectStore> {
  const { uri, settings } = ref;
  const clients = await createClients(settings).catch((error: unknown) => {
    throw failureOf(error, { operation: 'ListObjectsV2' }, { uri, settings, ...bucketAndPrefix(uri) });
  });
  const session = createSession(uri, settings, clients, sizes);

  const store: ObjectStore = {
    ref,

    async get(key, { range, signal } = {}) {
      refuseBadKey(key);
      return readObject(session, key, range, signal);
    },

    async put(key, body, options = {}) {
      refuseBadKey(key);
      return writeObject(session, key, body, options);
    },

    list: (prefix, options = {}) => listKeys(session, prefix, options),

    async copy(from, to, { signal } = {}) {
      refuseBadKey(from);
      refuseBadKey(to);
      await copyObject(session, from, to, signal);
    },

    async delete(keys, { signal } = {}) {
      keys.forEach(refuseBadKey);
      await removeObjects(session, keys, signal);
    },

    check: () => checkConditions(store, uri),
  };
  return store;
}

function refuseBadKey(key: string): void {
  const problem = keyProblem(key);
  if (problem !== undefined) {
    throw new StoreError('bad-key', `${JSON.stringify(key)} cannot be a key: ${problem}`, { key });
  }
}

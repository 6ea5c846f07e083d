import type { Ledger } from '../../../runner/ledger/ledger.ts';
import type { ObjectStore, StoredBody } from '../../../runner/ports.ts';
import { encode, textOf } from '../../contracts/object-store.ts';
import type { Role } from './roles.ts';

/** Something the product could do wrong, put in from outside, for one actor. */
export type Fault = (
  store: ObjectStore,
  role: Role,
) => { readonly store: ObjectStore; readonly ledger?: (ledger: Ledger) => Ledger };

export const commitsWithoutCondition: Fault = (store) => ({
  store: {
    ...store,
    put(key, body, options = {}) {
      const { condition: _, ...others } = options;
      return store.put(key, body, isManifest(key) ? others : options);
    },
  },
});

export const commitsBeforeItUploads: Fault = (store) => {
  const late: string[] = [];
  return {
    store: {
      ...store,
      async put(key, body, options) {
        if (key.endsWith('b.txt') && key.startsWith('objects/')) {
          late.push(key);
          return { etag: 'none' };
        }
        const written = await store.put(key, body, options);
        if (isManifest(key)) for (const object of late.splice(0)) await store.put(object, encode('late'));
        return written;
      },
    },
  };
};

export const collectsWithoutFence: Fault = (store, role) => ({
  store: {
    ...store,
    put: async (key, body, options) =>
      role.kind === 'gc' && isManifest(key) ? { etag: 'none' } : store.put(key, body, options),
  },
});

export const marksAfterTheManifest: Fault = (store) => {
  const late: string[] = [];
  return {
    store: {
      ...store,
      async put(key, body, options) {
        if (key.startsWith('exceptions/')) {
          late.push(key);
          return { etag: 'none' };
        }
        const written = await store.put(key, body, options);
        if (isManifest(key)) for (const mark of late.splice(0)) await store.put(mark, new Uint8Array());
        return written;
      },
    },
  };
};

export const announcesNoPublication: Fault = (store) => ({
  store,
  ledger: (ledger) => ({ ...ledger, beginPublication: async () => {} }),
});

/** Replaces a published file whatever was put there since it looked. */
export const publishesOverAnything: Fault = (store) => ({
  store: {
    ...store,
    put(key, body, options = {}) {
      const { condition: _, ...others } = options;
      return store.put(key, body, key.startsWith('published/') ? others : options);
    },
  },
});

/** While it publishes, it believes what it has read first. */
export const publishesWithoutLookingAgain: Fault = (store) => {
  let seen: { readonly found: StoredBody | undefined; readonly text: string } | undefined;
  let isPublishing = false;
  return {
    store: {
      ...store,
      async get(key, options) {
        if (!isPublishing || !isManifest(key)) return store.get(key, options);
        seen ??= { found: await store.get(key, options), text: (await textOf(store, key)) ?? '' };
        const { found, text } = seen;
        return found === undefined ? undefined : { ...found, body: only(text) };
      },
    },
    ledger: (ledger) => ({
      ...ledger,
      async publish(id, own) {
        isPublishing = true;
        seen = undefined;
        try {
          return await ledger.publish(id, own);
        } finally {
          isPublishing = false;
        }
      },
    }),
  };
};

async function* only(text: string): AsyncIterable<Uint8Array> {
  yield encode(text);
}

function isManifest(key: string): boolean {
  return key.startsWith('manifests/');
}

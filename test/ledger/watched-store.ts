import { StoreError } from '../../runner/errors.ts';
import type { ObjectStore } from '../../runner/ports.ts';

/** The process is gone: nothing that it would have done next happens. */
export class Crash extends Error {}

/** A store whose process dies just before its n-th change (counted from 0), or just after it. */
export function crashingStore(store: ObjectStore, step: number, moment: 'before' | 'after'): ObjectStore {
  let changes = 0;
  return onChange(store, async (_, change) => {
    const at = changes;
    changes += 1;
    if (at > step || (at === step && moment === 'before')) throw new Crash();
    const result = await change();
    if (at === step) throw new Crash();
    return result;
  });
}

/** A store whose answer to the n-th change is lost: the change was made, the repeated request meets itself. */
export function forgetfulStore(store: ObjectStore, matches: (key: string) => boolean): ObjectStore {
  return onChange(store, async (key, change) => {
    const result = await change();
    if (matches(key)) throw new StoreError('precondition-failed', `${key} was changed meanwhile`, { key });
    return result;
  });
}

/** Tells each request as `what key`. */
export function countingStore(store: ObjectStore, requests: string[]): ObjectStore {
  return {
    ...store,
    get: (key, options) => (requests.push(`get ${key}`), store.get(key, options)),
    put: (key, body, options) => (requests.push(`put ${key}`), store.put(key, body, options)),
    delete: (keys, options) => (requests.push(`delete ${keys.join(' ')}`), store.delete(keys, options)),
    list: (prefix, options) => (requests.push(`list ${prefix}`), store.list(prefix, options)),
  };
}

/** Calls `after` once each change was made. */
export function observedStore(store: ObjectStore, after: (key: string) => Promise<void>): ObjectStore {
  return onChange(store, async (key, change) => {
    const result = await change();
    await after(key);
    return result;
  });
}

/** Calls `before` once before a change of a key that matches: another process acts just then. */
export function interruptedStore(
  store: ObjectStore,
  matches: (key: string) => boolean,
  before: () => Promise<unknown>,
): ObjectStore {
  let done = false;
  return onChange(store, async (key, change) => {
    if (!done && matches(key)) {
      done = true;
      await before();
    }
    return change();
  });
}

function onChange(
  store: ObjectStore,
  act: <T>(key: string, change: () => Promise<T>) => Promise<T>,
): ObjectStore {
  return {
    ...store,
    put: (key, body, options) => act(key, () => store.put(key, body, options)),
    copy: (from, to, options) => act(to, () => store.copy(from, to, options)),
    async delete(keys, options) {
      for (const key of keys) await act(key, () => store.delete([key], options));
    },
  };
}

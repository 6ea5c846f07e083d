import type { ObjectStore } from '../ports.ts';

/** A store that is there answers sooner; one that is not is asked again for much longer. */
const PATIENCE_MILLISECONDS = 5000;
/** What is larger takes its time on a slow line, and is no silence. */
const SMALL_BYTES = 1024 * 1024;

/** The same store; whoever waits long for an answer of it is told for which. */
export function tellSilence(
  store: ObjectStore,
  tell: (what: string) => void,
  patienceMilliseconds = PATIENCE_MILLISECONDS,
): ObjectStore {
  async function timed<Value>(what: string, asked: Promise<Value>): Promise<Value> {
    const timer = setTimeout(() => tell(what), patienceMilliseconds);
    try {
      return await asked;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    ...store,
    get: (key, options) => timed(`reading ${key}`, store.get(key, options)),
    put: (key, body, options) => {
      const asked = store.put(key, body, options);
      const isSmall = body instanceof Uint8Array && body.length <= SMALL_BYTES;
      return isSmall ? timed(`writing ${key}`, asked) : asked;
    },
    async *list(prefix, options) {
      const pages = store.list(prefix, options)[Symbol.asyncIterator]();
      try {
        for (;;) {
          const page = await timed(`listing ${prefix === '' ? 'all of it' : prefix}`, pages.next());
          if (page.done === true) return;
          yield page.value;
        }
      } finally {
        await pages.return?.();
      }
    },
    delete: (keys, options) => timed(`removing ${keys[0] ?? 'nothing'}`, store.delete(keys, options)),
  };
}

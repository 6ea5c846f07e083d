import { StoreError } from '../errors.ts';
import type { ObjectStore, Trace } from '../ports.ts';

/** The same store, with each thing that is asked of it told when it is answered, with the time that took. */
export function traceStore(store: ObjectStore, trace: Trace): ObjectStore {
  async function told<T>(what: string, asked: Promise<T>, answer: (value: T) => string): Promise<T> {
    const began = performance.now();
    const tell = (outcome: string): void => {
      trace(`${what}: ${outcome} (${Math.round(performance.now() - began)} ms)`);
    };
    try {
      const value = await asked;
      tell(answer(value));
      return value;
    } catch (error) {
      tell(error instanceof StoreError ? error.code : String(error));
      throw error;
    }
  }

  return {
    ref: store.ref,
    get: (key, options) =>
      told(`get ${key}`, store.get(key, options), (found) =>
        found === undefined ? 'nothing there' : `${found.sizeBytes} bytes`,
      ),
    put: (key, body, options) =>
      told(`put ${key}${conditionOf(options)}`, store.put(key, body, options), () => 'written'),
    async *list(prefix, options) {
      const pages = store.list(prefix, options)[Symbol.asyncIterator]();
      for (;;) {
        const page = await told(`list ${prefix}`, Promise.resolve(pages.next()), ({ done, value }) =>
          done === true ? 'end' : `${value.length} keys`,
        );
        if (page.done === true) return;
        yield page.value;
      }
    },
    copy: (from, to, options) =>
      told(`copy ${from} to ${to}`, store.copy(from, to, options), () => 'written'),
    delete: (keys, options) => told(`delete ${keys.join(' ')}`, store.delete(keys, options), () => 'gone'),
    check: () => told('check', store.check(), () => 'suitable'),
  };
}

function conditionOf(options: Parameters<ObjectStore['put']>[2]): string {
  if (options?.condition === undefined) return '';
  return 'ifMatch' in options.condition ? ' over what was read' : ' if there is none';
}

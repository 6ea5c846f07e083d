import { StoreError } from '../../../runner/errors.ts';
import type { ObjectInfo, ObjectStore, PutCondition, StoredBody } from '../../../runner/ports.ts';
import { encode } from '../../contracts/object-store.ts';
import { atGate, type Actor } from './schedule.ts';
import type { Truth } from './truth.ts';

/** So few keys a page: between two pages others act. */
const PAGE = 3;

/** When the heartbeat of a run was last heard of, and what time it is. */
export type Beats = (run: string) => { readonly at: number; readonly now: number };

/** The store as one actor sees it: each request waits for its turn, and the truth is told of what it does. */
export function gatedStore(store: ObjectStore, actor: Actor, truth: Truth, beats: Beats): ObjectStore {
  const gate = <T>(label: string, perform: () => Promise<T>): Promise<T> =>
    atGate(
      actor,
      label,
      perform,
      () => new StoreError('store-unreachable', `${label}: the connection was reset`),
    );

  return {
    ...store,
    get: (key, options) => gate(`get ${key}`, async () => heartbeatAt(key, beats) ?? store.get(key, options)),
    put: async (key, body, options) => {
      const bytes = body instanceof Uint8Array ? body : await collect(body);
      return gate(`put ${key}${conditionOf(options?.condition)}`, async () => {
        const written = await store.put(key, bytes, options);
        await truth.written(actor, key);
        return written;
      });
    },
    async *list(prefix, options = {}) {
      let { after } = options;
      for (;;) {
        const from = after;
        const page = await gate(`list ${prefix}${from === undefined ? '' : ` after ${from}`}`, () =>
          firstOf(store.list(prefix, { ...options, ...(from === undefined ? {} : { after: from }) })),
        );
        if (page.length > 0) yield page;
        if (page.length < PAGE) return;
        after = page.at(-1)?.key;
      }
    },
    copy: (from, to, options) => gate(`copy ${from} ${to}`, () => store.copy(from, to, options)),
    delete: async (keys, options) => {
      if (keys.length === 0) return;
      await gate(`delete ${keys.join(' ')}`, async () => {
        await truth.deleting(actor, keys);
        await store.delete(keys, options);
        await truth.checkMarks();
      });
    },
  };
}

/** Heartbeats are not played as requests: who is awake beats. */
function heartbeatAt(key: string, beats: Beats): StoredBody | undefined {
  const run = /^runs\/(.*)\/heartbeat\.json$/.exec(key)?.[1];
  if (run === undefined) return undefined;
  const { at, now } = beats(run);
  const bytes = encode(JSON.stringify({ schema: 1, run, beat: 1, nonce: 'beat' }));
  return {
    key,
    etag: `beat-${at}`,
    sizeBytes: bytes.length,
    modifiedAt: new Date(at).toISOString(),
    answeredAt: new Date(now).toISOString(),
    body: only(bytes),
  };
}

async function* only(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function conditionOf(condition: PutCondition | undefined): string {
  if (condition === undefined) return '';
  return 'ifMatch' in condition ? ` over ${condition.ifMatch}` : ' over nothing';
}

async function firstOf(pages: AsyncIterable<readonly ObjectInfo[]>): Promise<readonly ObjectInfo[]> {
  for await (const page of pages) return page.slice(0, PAGE);
  return [];
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

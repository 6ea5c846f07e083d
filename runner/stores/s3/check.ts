import { randomUUID } from 'node:crypto';
import { StoreError } from '../../errors.ts';
import type { ObjectInfo, ObjectStore, PutCondition } from '../../ports.ts';

type Store = Pick<ObjectStore, 'get' | 'put' | 'list' | 'delete'>;

const RACERS = 8;

/**
 * Proves by races on a key of its own that conditional writes hold: there are stores that take the condition and
 * write anyway. Everything that is claimed or committed stands on this.
 */
export async function checkConditions(store: Store, uri: string): Promise<void> {
  const key = `runs/check-${randomUUID()}/race.json`;
  let proved = false;
  try {
    await race(store, key, { ifNoneMatch: '*' }, 1, uri);
    const first = await etagOf(store, key);
    await race(store, key, { ifNoneMatch: '*' }, 0, uri);
    await race(store, key, { ifMatch: first }, 1, uri);
    await race(store, key, { ifMatch: first }, 0, uri);
    await expectListed(store, key, await etagOf(store, key));
    await store.delete([key]);
    // MinIO before August 2025 wrote then (https://github.com/minio/minio/issues/21526).
    await race(store, key, { ifMatch: first }, 0, uri);
    proved = true;
  } finally {
    await store.delete([key]).catch((error: unknown) => {
      // What went wrong first says more.
      if (proved) throw error;
    });
  }
}

async function race(
  store: Store,
  key: string,
  condition: PutCondition,
  expected: 0 | 1,
  uri: string,
): Promise<void> {
  const outcomes = await Promise.allSettled(
    // Each its own bytes: equal ones have equal ETags.
    Array.from({ length: RACERS }, () =>
      store.put(key, new TextEncoder().encode(JSON.stringify({ nonce: randomUUID() })), { condition }),
    ),
  );
  const broken = outcomes.find((outcome) => outcome.status === 'rejected' && !isRefusal(outcome.reason));
  if (broken?.status === 'rejected') throw broken.reason;
  const won = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
  if (won === expected) return;
  const header = 'ifMatch' in condition ? 'If-Match' : 'If-None-Match';
  const situation = expected === 1 ? 'one winner' : 'none to win over another version';
  throw new StoreError(
    'store-unsuitable',
    `${uri} cannot hold a store: of ${RACERS} writes with ${header} at once expected ${situation}, found ${won}; this server ignores the condition, so two runs could overwrite each other’s results unseen; use one that honours it (docs/stores.md)`,
    { key },
  );
}

async function etagOf(store: Store, key: string): Promise<string> {
  const found = await store.get(key);
  if (found === undefined) {
    throw new StoreError('store-unsuitable', `${key} was written and is not there when it is read`, { key });
  }
  for await (const _ of found.body) void _;
  return found.etag;
}

/** It takes another permission than reading does. What is listed is what a publisher writes over. */
async function expectListed(store: Store, key: string, etag: string): Promise<void> {
  const listed: ObjectInfo[] = [];
  for await (const page of store.list(key)) listed.push(...page);
  if (listed[0]?.key === key) {
    if (listed[0].etag === etag) return;
    const message = `the ETag of ${key} is ${etag} when it is read and ${listed[0].etag} when it is listed; use a server that tells one (docs/stores.md)`;
    throw new StoreError('store-unsuitable', message, { key });
  }
  throw new StoreError('store-unsuitable', `${key} was written and is not there when it is listed`, { key });
}

function isRefusal(reason: unknown): boolean {
  return reason instanceof StoreError && reason.code === 'precondition-failed';
}

import { randomUUID } from 'node:crypto';
import { StoreError } from '../../errors.ts';
import type { ObjectInfo, ObjectStore, PutCondition } from '../../ports.ts';
import { collect } from './collect.ts';

type Store = Pick<ObjectStore, 'get' | 'put' | 'list' | 'delete'>;

const RACERS = 8;

/** Of what may have been damaged on its way: a race that nobody has won, two ETags of one version. */
const MAX_TRIES = 3;

/**
 * Proves by races on a key of its own that conditional writes hold: there are stores that take the condition and
 * write anyway. Everything that is claimed or committed stands on this.
 */
export async function checkConditions(store: Store, uri: string): Promise<void> {
  const key = `runs/check-${randomUUID()}/race.json`;
  let proved = false;
  try {
    const absence = async (): Promise<PutCondition> => ({ ifNoneMatch: '*' });
    await race(store, key, absence, 1, uri);
    let first: PutCondition = { ifMatch: '' };
    await race(store, key, absence, 0, uri);
    await race(store, key, async () => (first = { ifMatch: await etagOf(store, key) }), 1, uri);
    const over = async (): Promise<PutCondition> => first;
    await race(store, key, over, 0, uri);
    await expectListed(store, key);
    await store.delete([key]);
    // MinIO before August 2025 wrote then (https://github.com/minio/minio/issues/21526).
    await race(store, key, over, 0, uri);
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
  conditionNow: () => Promise<PutCondition>,
  expected: 0 | 1,
  uri: string,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const condition = await conditionNow();
    const bodies = Array.from({ length: RACERS }, () => JSON.stringify({ nonce: randomUUID() }));
    const outcomes = await Promise.allSettled(
      // Each its own bytes: equal ones have equal ETags.
      bodies.map((body) => store.put(key, new TextEncoder().encode(body), { condition })),
    );
    const broken = outcomes.find((outcome) => outcome.status === 'rejected' && !isRefusal(outcome.reason));
    if (broken?.status === 'rejected') throw broken.reason;
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
    const header = 'ifMatch' in condition ? 'If-Match' : 'If-None-Match';
    if (won > expected) throw unsuitable(uri, key, ignoring(header, expected, won));
    if (won === expected || (await holdsOneOf(store, key, bodies))) return;
    if (tries === MAX_TRIES) throw unsuitable(uri, key, refusing(header));
  }
}

function ignoring(header: string, expected: 0 | 1, won: number): string {
  const situation = expected === 1 ? 'one winner' : 'none to win over another version';
  return `of ${RACERS} writes with ${header} at once expected ${situation}, found ${won}; this server ignores the condition, so two runs could overwrite each other’s results unseen; use one that honours it (docs/stores.md)`;
}

/** Says nothing of two winners: either answers were lost again and again, or the server takes no such write. */
function refusing(header: string): string {
  return `${RACERS} writes with ${header} at once were all refused, ${MAX_TRIES} times, though the condition held; look whether something between here and the server damages answers, or use a server that honours conditions (docs/stores.md)`;
}

function unsuitable(uri: string, key: string, reason: string): StoreError {
  return new StoreError('store-unsuitable', `${uri} cannot hold a store: ${reason}`, { key });
}

/** The answer to a write that was done may be lost on its way, and the write that is sent again is then refused. */
async function holdsOneOf(store: Store, key: string, bodies: readonly string[]): Promise<boolean> {
  const found = await store.get(key);
  return found !== undefined && bodies.includes((await collect(found.body)).toString());
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
async function expectListed(store: Store, key: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const etag = await etagOf(store, key);
    const listed: ObjectInfo[] = [];
    for await (const page of store.list(key)) listed.push(...page);
    const found = listed[0]?.key === key ? listed[0].etag : undefined;
    if (found === etag) return;
    // Either answer may have come damaged.
    if (tries < MAX_TRIES) continue;
    const message =
      found === undefined
        ? `${key} was written and is not there when it is listed`
        : `the ETag of ${key} is ${etag} when it is read and ${found} when it is listed; use a server that tells one (docs/stores.md)`;
    throw new StoreError('store-unsuitable', message, { key });
  }
}

function isRefusal(reason: unknown): boolean {
  return reason instanceof StoreError && reason.code === 'precondition-failed';
}

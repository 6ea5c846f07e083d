import type { ObjectInfo, ObjectStore } from '../../ports.ts';
import type { Ledger } from '../ledger.ts';
import { STORE_KEY } from '../keys.ts';
import { placeOf, type Place } from '../layout.ts';
import { sideBySide } from '../side-by-side.ts';
import { storedAttempts, type StoredAttempts } from '../gc/stored-attempts.ts';
import { checkAttempts } from './attempts.ts';
import type { CheckTotals, Checking, Finding } from './finding.ts';
import { checkManifest, checkMark } from './manifests.ts';
import { checkPublishedFile, checkPublishedPath } from './published.ts';
import { checkRecord } from './records.ts';

export interface CheckOptions {
  /** Read and hash every object too. */
  readonly deep: boolean;
  readonly onFinding: (finding: Finding) => void;
  readonly onProgress?: (totals: Readonly<CheckTotals>) => void;
  readonly signal?: AbortSignal;
}

/** Requests under way at a time: a distant store answers slowly, but many at once. */
const WIDTH = 16;

/**
 * Looks through a whole store and changes nothing. What it holds in memory is one listing's page and what is under
 * way. A store in use is no harm: what was replaced while it was looked at is looked at again.
 */
export async function checkStore(ledger: Ledger, options: CheckOptions): Promise<CheckTotals> {
  const totals: CheckTotals = { instances: 0, objects: 0, bytes: 0, records: 0, orphanedBytes: 0 };
  const checking: Checking = {
    deep: options.deep,
    totals,
    find: options.onFinding,
    progress: () => options.onProgress?.(totals),
    signal: options.signal,
  };
  await sideBySide(
    allKeysButObjects(ledger.store, options.signal),
    WIDTH,
    (info) => checkKey(ledger, info, placeOf(info.key), checking),
    options.signal,
  );
  await sideBySide(
    attemptsWithStrays(ledger.store, checking),
    WIDTH,
    (stored) => checkAttempts(ledger, stored, checking),
    options.signal,
  );
  return totals;
}

async function checkKey(
  ledger: Ledger,
  { key, sizeBytes }: ObjectInfo,
  place: Place,
  checking: Checking,
): Promise<void> {
  switch (place.kind) {
    case 'manifest':
      return checkManifest(ledger, place.id, checking);
    case 'mark':
      return checkMark(ledger, key, place.id, checking);
    case 'published-path':
      return checkPublishedPath(ledger, key, checking);
    case 'published':
      return checkPublishedFile(ledger, key, place.path, sizeBytes, checking);
    case 'log':
      return;
    case 'unknown':
      return tellUnknown(key, checking);
    case 'store':
    case 'backfill':
    case 'pipeline':
    case 'task':
    case 'tick':
    case 'failure':
    case 'wait':
    case 'claim':
    case 'publication':
    case 'run':
    case 'heartbeat':
    case 'slot':
      return checkRecord(ledger, key, place, checking);
  }
}

function tellUnknown(key: string, { find }: Checking): void {
  if (key.endsWith(`/${STORE_KEY}`)) {
    const place = key.slice(0, -STORE_KEY.length);
    const message = `${key} is the record of another store: ${place} lies inside this one, and its keys are foreign here; move it elsewhere, and name it there by --store`;
    return find({ kind: 'nested-store', damage: false, key, message });
  }
  const message = `${key} is nothing that sluice keeps: if it is nobody's, delete it`;
  find({ kind: 'unknown-key', damage: false, key, message });
}

/** `objects/` holds most keys by far, and is read instance by instance. */
async function* allKeysButObjects(
  store: ObjectStore,
  signal: AbortSignal | undefined,
): AsyncIterable<ObjectInfo> {
  const stop = signal === undefined ? {} : { signal };
  for await (const page of store.list('', { to: 'objects', ...stop })) yield* page;
  for await (const page of store.list('', { after: 'objects0', ...stop })) yield* page;
}

function attemptsWithStrays(store: ObjectStore, checking: Checking): AsyncIterable<StoredAttempts> {
  return storedAttempts(store, 'objects/', Date.now(), {
    signal: checking.signal,
    onStray: ({ key }) => tellUnknown(key, checking),
  });
}

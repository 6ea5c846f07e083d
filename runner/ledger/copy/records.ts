import { compareKeys } from '../../model/key.ts';
import { runOfAttempt } from '../../model/run-id.ts';
import type { ObjectStore } from '../../ports.ts';
import { backfillRecords } from '../backfills/backfills.ts';
import { failureRecords } from '../failures.ts';
import { placeOf, type Place } from '../layout.ts';
import { isUnreadable } from '../records/damage.ts';
import { isConflict } from '../records/record.ts';
import { publicationRecords } from '../publish/publications.ts';
import { pipelineRecords } from '../records/owners.ts';
import { tickRecords } from '../records/ticks.ts';
import { taskRecords } from '../records/task-keys.ts';
import { waitRecords } from '../waits.ts';
import { runRecords } from '../runs/runs.ts';
import { sideBySide } from '../side-by-side.ts';
import type { Copying } from './copying.ts';

const TOGETHER = 16;

/**
 * The other records, byte for byte: pipelines' owners, key names, last ticks, failures, waits, pending publications, runs and their logs. Not claims,
 * heartbeats and slots, which are of use only to runs that live. Those of runs at work follow in a later call.
 */
export async function copyRecords(copying: Copying): Promise<void> {
  for (const prefix of [
    'pipelines/',
    'tasks/',
    'ticks/',
    'failures/',
    'waits/',
    'publications/',
    'runs/',
    'backfills/',
  ]) {
    await sideBySide(
      keysOfBoth(copying.from.store, copying.to, prefix),
      TOGETHER,
      ({ key, isThere }) => unlessDamaged(copying, () => copyRecord(copying, key, isThere)),
      copying.signal,
    );
  }
}

/** Such a one is compared with nothing, and left to a person. */
async function unlessDamaged({ report }: Copying, copy: () => Promise<void>): Promise<void> {
  try {
    await copy();
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    report.problems.push(error.message);
  }
}

async function copyRecord(copying: Copying, key: string, isThere: boolean): Promise<void> {
  const place = placeOf(key);
  if (!isCopied(place, copying.live) || isOfLiveRun(key, copying.live)) return;
  // A log is written once.
  if (isThere && place.kind === 'log') return;
  const ours = await read(copying.from.store, key);
  if (ours === undefined) return;
  refuseBroken(place, ours.bytes, key);
  const theirs = isThere ? await read(copying.to, key) : undefined;
  if (theirs !== undefined) {
    if (Buffer.compare(ours.bytes, theirs.bytes) === 0) return;
    if (!givesWay(place, ours.bytes, theirs.bytes, key)) {
      if (place.kind === 'task' || place.kind === 'pipeline') tellConflict(copying, key);
      return;
    }
  }
  if (!copying.dryRun) {
    const condition = theirs === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: theirs.etag };
    try {
      await copying.to.put(key, ours.bytes, { condition });
    } catch (error) {
      if (!isConflict(error)) throw error;
      return tellConflict(copying, key);
    }
  }
  copying.report.records += 1;
  copying.progress();
}

/** What is broken here would be broken there. */
function refuseBroken({ kind }: Place, bytes: Uint8Array, key: string): void {
  const records = {
    pipeline: pipelineRecords,
    task: taskRecords,
    tick: tickRecords,
    failure: failureRecords,
    wait: waitRecords,
    publication: publicationRecords,
    run: runRecords,
    backfill: backfillRecords,
  };
  const isRecord = (name: string): name is keyof typeof records => Object.hasOwn(records, name);
  if (isRecord(kind)) records[kind].parse(Buffer.from(bytes).toString('utf8'), key);
}

function isCopied(place: Place, live: ReadonlySet<string>): boolean {
  switch (place.kind) {
    case 'pipeline':
    case 'task':
    case 'tick':
    case 'failure':
    case 'wait':
    case 'run':
    case 'backfill':
    case 'log':
      return true;
    case 'publication':
      return !live.has(runOfAttempt(place.attempt));
    default:
      return false;
  }
}

function isOfLiveRun(key: string, live: ReadonlySet<string>): boolean {
  return key.startsWith('runs/') && live.has(key.split('/')[1] ?? '');
}

/** A run's end follows its start, a later failure an earlier one; all else in the target is the target's. */
function givesWay(place: Place, ours: Uint8Array, theirs: Uint8Array, key: string): boolean {
  const [mine, there] = [Buffer.from(ours).toString('utf8'), Buffer.from(theirs).toString('utf8')];
  switch (place.kind) {
    case 'run':
      return runRecords.parse(there, key).finishedAt === undefined;
    case 'tick':
      return tickRecords.parse(mine, key).at > tickRecords.parse(there, key).at;
    case 'backfill':
      return backfillRecords.parse(mine, key).runs.length >= backfillRecords.parse(there, key).runs.length;
    case 'failure':
      return failureRecords.parse(mine, key).finishedAt > failureRecords.parse(there, key).finishedAt;
    case 'wait': {
      const lastOf = (text: string) => waitRecords.parse(text, key).lastAsk?.at ?? '';
      return lastOf(mine) > lastOf(there);
    }
    default:
      return false;
  }
}

function tellConflict({ report }: Copying, key: string): void {
  report.conflicts.push(`${key} differs, and is left as it is in the target`);
}

async function read(
  store: ObjectStore,
  key: string,
): Promise<{ readonly bytes: Uint8Array; readonly etag: string } | undefined> {
  const found = await store.get(key);
  if (found === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of found.body) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), etag: found.etag };
}

/** Keys of the source, with whether the target has them: both list in the same order, so neither is gathered. */
async function* keysOfBoth(
  from: ObjectStore,
  to: ObjectStore,
  prefix: string,
): AsyncIterable<{ readonly key: string; readonly isThere: boolean }> {
  const theirs = keysOf(to, prefix);
  try {
    let there = await theirs.next();
    for await (const key of keysOf(from, prefix)) {
      while (there.done !== true && compareKeys(there.value, key) < 0) there = await theirs.next();
      yield { key, isThere: there.done !== true && there.value === key };
    }
  } finally {
    await theirs.return(undefined);
  }
}

async function* keysOf(store: ObjectStore, prefix: string): AsyncGenerator<string, undefined> {
  for await (const page of store.list(prefix)) for (const { key } of page) yield key;
  return undefined;
}

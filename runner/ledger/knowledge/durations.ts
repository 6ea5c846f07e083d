import type { ObjectStore } from '../../ports.ts';
import { instanceOfKey, keyRange } from '../keys.ts';
import type { Ledger } from '../ledger.ts';
import { sideBySide } from '../side-by-side.ts';

/** Whose past durations are wanted. */
export interface TimedTask {
  readonly pipeline: string;
  readonly task: string;
  /** Its partitions sort by this one. */
  readonly timeKey?: string;
}

/** Enough to tell a median and a tenth; each is a request. */
const NEWEST = 20;
const MOST_READ = 1000;
const READ_TOGETHER = 16;

/**
 * How many seconds the newest results of each task took, from claim to commit, by `pipeline/task`. What ran in no
 * container, and what is broken, is left out. Bounded, however much history there is.
 */
export async function readDurations(
  ledger: Pick<Ledger, 'store' | 'readManifest' | 'passBy'>,
  tasks: readonly TimedTask[],
  nowMs: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const each = Math.max(1, Math.min(NEWEST, Math.floor(MOST_READ / Math.max(1, tasks.length))));
  const found: { readonly name: string; readonly key: string }[] = [];
  await sideBySide(tasks, READ_TOGETHER, async (task) => {
    const name = `${task.pipeline}/${task.task}`;
    for (const key of await newestManifests(ledger.store, task, nowMs, each)) found.push({ name, key });
  });
  const durations = new Map<string, number[]>();
  await sideBySide(found, READ_TOGETHER, async ({ name, key }) => {
    const stored = await ledger.passBy(() => ledger.readManifest(instanceOfKey('manifests', key)));
    if (stored?.manifest.outcome !== 'succeeded' || stored.manifest.engine === undefined) return;
    const { startedAt, finishedAt } = stored.manifest;
    const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
    // Of clocks that were set in between.
    if (seconds < 0) return;
    const known = durations.get(name);
    if (known === undefined) durations.set(name, [seconds]);
    else known.push(seconds);
  });
  return durations;
}

const DAY = 24 * 3600 * 1000;
const WINDOWS_DAYS = [32, 128, 512, undefined];
const MAX_PAGES = 20;

/** A listing goes from old to new: it begins a little before now, and earlier where that holds too few. */
async function newestManifests(
  store: ObjectStore,
  { pipeline, task, timeKey }: TimedTask,
  nowMs: number,
  wanted: number,
): Promise<readonly string[]> {
  let newest: readonly string[] = [];
  for (const days of timeKey === undefined ? [undefined] : WINDOWS_DAYS) {
    const from =
      days === undefined
        ? {}
        : { from: `${timeKey}=${new Date(nowMs - days * DAY).toISOString().slice(0, 10)}` };
    newest = await lastOf(store, keyRange('manifests', { pipeline, task, ...from }), wanted);
    if (newest.length >= wanted) break;
  }
  return newest;
}

async function lastOf(
  store: ObjectStore,
  { prefix, ...bounds }: ReturnType<typeof keyRange>,
  wanted: number,
): Promise<readonly string[]> {
  let last: string[] = [];
  let pages = 0;
  for await (const page of store.list(prefix, bounds)) {
    const keys = page.map(({ key }) => key).filter((key) => key.endsWith('.json'));
    last = [...last, ...keys.slice(-wanted)].slice(-wanted);
    pages += 1;
    if (pages >= MAX_PAGES) break;
  }
  return last;
}

import { ProblemsError } from '../../errors.ts';
import type { Clock, ObjectStore } from '../../ports.ts';
import type { Ledger } from '../ledger.ts';
import { createManifests } from '../manifests.ts';
import { sideBySide } from '../side-by-side.ts';
import { placeOf } from '../layout.ts';
import type { CopyReport, Copying } from './copying.ts';
import { copyInstance } from './instances.ts';
import { runsAtWork } from './live.ts';
import { copyPublished } from './published.ts';
import { copyRecords } from './records.ts';
import { lookAtTarget, openTarget } from './target.ts';

export interface CopyTarget {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly nonce: () => string;
  readonly openLedger: () => Promise<Ledger>;
}

export interface CopyOptions {
  readonly dryRun: boolean;
  /** Also where runs are at work: what they commit meanwhile may be missing until the next call. */
  readonly force: boolean;
  readonly onProgress?: (report: CopyReport) => void;
  readonly signal?: AbortSignal;
}

/** Instances at a time; each has a few objects under way. */
const INSTANCES_TOGETHER = 4;

/**
 * Brings a store of one kind to another, of any kind: what manifests name, every object verified on its way, each
 * manifest after its objects; then the other records, and what is published. What is there already is left alone,
 * so that a second call goes on where the first was stopped, and takes along what is new.
 */
export async function copyStore(from: Ledger, to: CopyTarget, options: CopyOptions): Promise<CopyReport> {
  const standing = await lookAtTarget(to.store, from.storeId);
  const live = await runsAtWork(from);
  if (!options.force) {
    refuseRuns('the store to copy from', live);
    if (standing) refuseRuns('the store to copy to', await newRunsAtWork(from, await to.openLedger()));
  }
  if (!standing && !options.dryRun) await openTarget(to, from.storeId);
  const report: CopyReport = {
    instances: 0,
    objects: 0,
    bytes: 0,
    records: 0,
    published: 0,
    conflicts: [],
    problems: [],
  };
  const copying: Copying = {
    from,
    to: to.store,
    manifests: createManifests(to),
    dryRun: options.dryRun,
    live: new Set(live),
    kept: new Set(),
    report,
    progress: () => options.onProgress?.(report),
    signal: options.signal,
  };
  await sideBySide(
    instancesOf(from.store),
    INSTANCES_TOGETHER,
    (id) => copyInstance(copying, id),
    options.signal,
  );
  await copyRecords(copying);
  await copyPublished(copying);
  return report;
}

async function* instancesOf(store: ObjectStore): AsyncIterable<string> {
  for await (const page of store.list('manifests/')) {
    for (const { key } of page) {
      const place = placeOf(key);
      if (place.kind === 'manifest') yield place.id;
    }
  }
}

/** Records of the source's own runs are no sign of somebody at work in the target. */
async function newRunsAtWork(from: Ledger, to: Ledger): Promise<readonly string[]> {
  const runs: string[] = [];
  for (const run of await runsAtWork(to)) if ((await from.readRun(run)) === undefined) runs.push(run);
  return runs;
}

function refuseRuns(where: string, runs: readonly string[]): void {
  const [first] = runs;
  if (first === undefined) return;
  const more = runs.length > 1 ? ` and ${runs.length - 1} more` : '';
  throw new ProblemsError([
    {
      severity: 'error',
      code: 'store-in-use',
      message: `expected nobody at work in ${where}, found run ${first}${more}`,
      fix: 'wait for its end; or copy all the same with --force, and once more when it has ended',
    },
  ]);
}

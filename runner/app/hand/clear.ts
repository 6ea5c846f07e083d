import type { Ledger, StoredManifest } from '../../ledger/ledger.ts';
import { byHandWords, type HandInstance, type HandReport } from '../../model/hand.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { ByHand } from '../../model/records.ts';
import type { AskedPipeline } from '../asked-pipeline.ts';
import { openStandingLedger } from '../standing-ledger.ts';
import { actByHand, type HandTurn } from './act.ts';
import { askByHand, type AskedByHand } from './asked.ts';
import { handWork, reportOf } from './hand-report.ts';
import { overtaken, type HandOptions } from './skip.ts';
import { reasonOf } from './who.ts';

export interface ClearOptions extends HandOptions {
  /** What depends on it too. */
  readonly downstream?: boolean;
  /** Only say what would be cleared. */
  readonly dryRun?: boolean;
}

/**
 * Takes results, skips and failures away, so that the instances are missing again: a void manifest is written over
 * each on the condition that it is still what was looked at. The objects stay until gc's grace is over.
 */
export async function clearByHand(asked: AskedPipeline, options: ClearOptions): Promise<HandReport> {
  const { who, ledger = openStandingLedger, downstream = false, dryRun = false, from, to, last } = options;
  const range = {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(last !== undefined && { last }),
  };
  const meant = await askByHand(asked, { ...range, ledger });
  const by = clearedBy(who, options.reason, asked.opened.clock.now());
  const subjects = [
    ...meant.instances.filter(({ pipeline, task }) => isStored(meant, pipeline, task)).map(({ id }) => id),
    ...(downstream ? meant.dependents.filter((id) => isRecorded(meant, id)) : []),
  ];
  const { instance } = asked.target;
  // Named whole, and no more in the files: another task's matrix may have its value, so that the words are right.
  if (instance !== undefined && meant.instances.length === 0) subjects.push(instance);
  const { prepare: _, ...work } = handWork(meant, by);
  const acted = await clearAll(
    work,
    subjects.map((id) => ({ id })),
    dryRun,
  );
  return reportOf(meant, by, range, acted);
}

export function clearedBy(who: string, why: string | undefined, nowMs: number): ByHand {
  const reason = reasonOf(why);
  return { how: 'clear', who, when: new Date(nowMs).toISOString(), ...(reason !== undefined && { reason }) };
}

/** Of a wrapper nothing is. */
function isStored({ pipelines }: AskedByHand, pipeline: string, task: string): boolean {
  return Object.values(pipelines.get(pipeline)?.tasks ?? {}).some(
    ({ name, kind }) => name === task && kind !== 'wrapper',
  );
}

function isRecorded({ knowledge }: AskedByHand, id: InstanceId): boolean {
  return (
    (knowledge.manifests.has(id) && knowledge.exceptions.get(id)?.outcome !== 'void') ||
    knowledge.failures.has(id) ||
    knowledge.waits.has(id)
  );
}

export async function clearAll(
  work: Parameters<typeof actByHand>[0],
  subjects: readonly { readonly id: InstanceId }[],
  dryRun: boolean,
): Promise<{ readonly run?: string; readonly instances: readonly HandInstance[] }> {
  if (!dryRun) return actByHand(work, subjects, ({ id }, turn) => clearOne(work.ledger, id, turn, work.by));
  const instances: HandInstance[] = [];
  for (const { id } of subjects) {
    const what = await whatIsRecorded(work.ledger, id);
    instances.push(
      what === undefined ? nothing(id) : { id, result: 'cleared', reason: `would be cleared: ${what}` },
    );
  }
  return { instances };
}

async function clearOne(ledger: Ledger, id: InstanceId, turn: HandTurn, by: ByHand): Promise<HandInstance> {
  let stored = await ledger.readManifest(id);
  const what = whatStands(stored, await whatIsOpen(ledger, id));
  if (what === undefined) return nothing(id);
  while (stored !== undefined && stored.manifest.outcome !== 'void') {
    const { attempt } = stored.manifest;
    const cleared = await ledger.voidManifest(id, stored, byHandWords(by), turn.run, by);
    if (cleared.kind === 'committed') break;
    // gc gives a record a fresh etag: it is the same result.
    if (cleared.winner.manifest.attempt !== attempt) return overtaken(id, cleared.winner.manifest.run);
    stored = cleared.winner;
  }
  // Over nothing: a void record commits nothing, so that one that is left would be open again.
  await Promise.all([ledger.forgetFailure(id), ledger.closeWait(id, 'clear')]);
  return { id, result: 'cleared', reason: what };
}

function nothing(id: InstanceId): HandInstance {
  return { id, result: 'unchanged', reason: 'nothing of it is recorded' };
}

/** In words, what the store has of it that can be cleared: whatever the files say of it. */
export async function whatIsRecorded(ledger: Ledger, id: InstanceId): Promise<string | undefined> {
  return whatStands(await ledger.readManifest(id), await whatIsOpen(ledger, id));
}

/** In words, what clearing takes away; undefined: there is nothing. */
function whatStands(stored: StoredManifest | undefined, open: string | undefined): string | undefined {
  const manifest = stored?.manifest;
  if (manifest === undefined || manifest.outcome === 'void') return open;
  const made = manifest.by === undefined ? `of run ${manifest.run}` : byHandWords(manifest.by);
  const copies = manifest.published.map(({ to }) => `published/${to}`);
  const stays = copies.length === 0 ? '' : `; ${copies.slice(0, 3).join(', ')} stays until it is made anew`;
  return manifest.outcome === 'skipped' ? `a skip, ${made}` : `a result, ${made}${stays}`;
}

async function whatIsOpen(ledger: Ledger, id: InstanceId): Promise<string | undefined> {
  const [failure, wait] = await Promise.all([ledger.readFailure(id), ledger.readWait(id)]);
  if (failure !== undefined) return 'an open failure';
  return wait === undefined ? undefined : 'the record of a wait';
}

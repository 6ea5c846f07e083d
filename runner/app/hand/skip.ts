import { usageError } from '../../errors.ts';
import { byHandWords, type HandInstance, type HandReport } from '../../model/hand.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import type { ByHand } from '../../model/records.ts';
import type { AskedPipeline } from '../asked-pipeline.ts';
import { openLedger } from '../open-ledger.ts';
import { actByHand, type HandTurn } from './act.ts';
import { askByHand, storedTask, type AskedByHand, type HandRange } from './asked.ts';
import { handWork, reportOf } from './hand-report.ts';
import { manifestByHand } from './manifest.ts';
import { reasonOf } from './who.ts';

export interface HandOptions extends Partial<HandRange> {
  readonly who: string;
  readonly reason?: string;
}

/**
 * Records that there is nothing for these partitions and never will be, as a task does by exit status 66: what needs
 * them skips, or goes without. What has a result keeps it.
 *
 * @throws ProblemsError without a reason, and for what is wrong in the words.
 * @example
 * await skipByHand(asked, { who: 'anna', reason: 'the exchange was closed' });
 */
export async function skipByHand(asked: AskedPipeline, options: HandOptions): Promise<HandReport> {
  const { who, ledger = openLedger, ...range } = options;
  const reason = reasonOf(options.reason);
  if (reason === undefined)
    throw usageError('no-reason', 'expected why it is skipped: others will ask', 'give --reason "…"');
  const meant = await askByHand(asked, { ...range, ledger });
  for (const planned of meant.instances) storedTask(meant.pipelines, planned);
  const by: ByHand = { how: 'skip', who, when: new Date(asked.opened.clock.now()).toISOString(), reason };
  const acted = await actByHand(handWork(meant, by), meant.instances, (planned, turn) =>
    skipOne(meant, planned, turn, by),
  );
  return reportOf(meant, by, range, acted);
}

async function skipOne(
  { ledger, pipelines }: AskedByHand,
  planned: PlannedInstance,
  turn: HandTurn,
  by: ByHand,
): Promise<HandInstance> {
  const { id } = planned;
  const stored = await ledger.readManifest(id);
  if (stored?.manifest.outcome === 'succeeded')
    return { id, result: 'kept', reason: `it has a result; to take that away first: sluice clear ${id}` };
  if (stored?.manifest.outcome === 'skipped')
    return { id, result: 'unchanged', reason: stored.manifest.reason ?? 'it is skipped already' };
  const reason = byHandWords(by);
  const made = { outcome: 'skipped', reason, by, startedAt: by.when, finishedAt: by.when } as const;
  const manifest = manifestByHand({ planned, ...storedTask(pipelines, planned) }, turn, made);
  const committed = await ledger.commitManifest(manifest, stored?.etag ?? null);
  if (committed.kind === 'lost') return overtaken(id, committed.winner.manifest.run);
  await Promise.all([ledger.closeFailure(id), ledger.closeWait(id, 'result')]);
  return { id, result: 'skipped', reason, attempt: turn.attempt };
}

/** Whoever was thought dead has committed all the same. */
export function overtaken(id: HandInstance['id'], run: string): HandInstance {
  return { id, result: 'overtaken', reason: `run ${run} came first: what it recorded stands` };
}

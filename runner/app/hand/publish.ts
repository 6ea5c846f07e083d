import type { StoredManifest } from '../../ledger/ledger.ts';
import type { HandInstance, HandReport } from '../../model/hand.ts';
import type { Pipeline, Task } from '../../model/pipeline.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import type { ByHand, Manifest } from '../../model/records.ts';
import { fingerprintOf } from '../../plan/staleness/fingerprint.ts';
import { publishInstance } from '../../run/attempt/publish.ts';
import { publishedPaths } from '../../plan/staleness/published-paths.ts';
import type { AskedPipeline } from '../asked-pipeline.ts';
import { openStandingLedger } from '../standing-ledger.ts';
import { actByHand, type HandTurn } from './act.ts';
import { askByHand, type AskedByHand } from './asked.ts';
import { declaredOutputs } from './declared.ts';
import { handWork, reportOf } from './hand-report.ts';
import { overtaken, type HandOptions } from './skip.ts';
import { reasonOf } from './who.ts';

/**
 * Copies what is committed to where it is to be published by what is written now, and runs nothing: also where that was
 * declared after it was made.
 */
export async function publishByHand(asked: AskedPipeline, options: HandOptions): Promise<HandReport> {
  const { who, ledger = openStandingLedger, reason: why, ...range } = options;
  const meant = await askByHand(asked, { ...range, ledger }, { mustSayWhich: false });
  const reason = reasonOf(why);
  const when = new Date(asked.opened.clock.now()).toISOString();
  const by: ByHand = { how: 'publish', who, when, ...(reason !== undefined && { reason }) };
  const publishing = meant.instances.flatMap((planned) => {
    const pipeline = meant.pipelines.get(planned.pipeline);
    const task = Object.values(pipeline?.tasks ?? {}).find(({ name }) => name === planned.task);
    return pipeline !== undefined && task !== undefined && mayPublish(task, meant)
      ? [{ id: planned.id, planned, pipeline, task }]
      : [];
  });
  const { prepare: _, ...work } = handWork(meant, by);
  const acted = await actByHand(work, publishing, (one, turn) => publishOne(meant, one, turn));
  const { next: __, ...report } = reportOf(meant, by, range, acted);
  return { ...report, dependents: [] };
}

/** Of tasks that are not named, those that have something to publish. */
function mayPublish(task: Task, { asked }: AskedByHand): boolean {
  if (task.kind === 'wrapper' || task.kind === 'hook') return false;
  return (
    asked.target.tasks.length > 0 || task.outputs.some((output) => output.kind === 'path' && output.publish)
  );
}

interface Publishing {
  readonly planned: PlannedInstance;
  readonly pipeline: Pipeline;
  readonly task: Task;
}

async function publishOne(
  meant: AskedByHand,
  one: Publishing,
  { id }: Pick<HandTurn, 'id'>,
): Promise<HandInstance> {
  const { ledger } = meant;
  const stored = await ledger.readManifest(id);
  if (stored === undefined || stored.manifest.outcome === 'void')
    return { id, result: 'missing', reason: `it has no result: sluice run ${id}` };
  if (stored.manifest.outcome === 'skipped')
    return { id, result: 'unchanged', reason: stored.manifest.reason ?? 'it is skipped' };
  const declared = publishedPaths(
    await declaredOutputs(meant, one.planned, one.task),
    stored.manifest.objects,
  );
  if (declared.length === 0 && stored.manifest.published.length === 0)
    return { id, result: 'unchanged', reason: 'its task publishes nothing of what it holds' };
  if (JSON.stringify(declared) !== JSON.stringify(stored.manifest.published)) {
    const winner = await declare(meant, one, stored, declared);
    if (winner !== undefined) return overtaken(id, winner.run);
  }
  const published = await publishInstance(ledger, one.pipeline, id);
  switch (published.kind) {
    case 'published': {
      const { attempt } = stored.manifest;
      return {
        id,
        result: 'published',
        reason: `of attempt ${attempt}`,
        attempt,
        published: published.paths,
      };
    }
    case 'unpublished':
      return { id, result: 'unpublished', reason: published.cause.message };
    case 'gone':
      return { id, result: 'missing', reason: published.reason };
  }
}

/** The record names the paths before the copies are made, as that of a run does. Undefined: it does now. */
async function declare(
  { ledger }: AskedByHand,
  one: Publishing,
  stored: StoredManifest,
  published: Manifest['published'],
): Promise<Manifest | undefined> {
  const { instance, attempt } = stored.manifest;
  if (published.length > 0) await ledger.beginPublication(instance, attempt);
  let over = stored;
  for (;;) {
    const changes = { published, fingerprint: publishedFingerprint(one, over.manifest) };
    const refreshed = await ledger.refreshManifest(over, changes);
    if (refreshed.kind === 'committed') return undefined;
    // gc gives a record a fresh etag: it is the same result.
    if (refreshed.winner.manifest.attempt !== attempt) return refreshed.winner.manifest;
    over = refreshed.winner;
  }
}

/**
 * Where nothing but the publication was declared since, the result is what would be made now, and not stale for it.
 */
function publishedFingerprint(
  { planned, pipeline, task }: Publishing,
  manifest: Manifest,
): Manifest['fingerprint'] {
  const { fingerprint } = manifest;
  const outputsOf = (one: Task): string =>
    fingerprintOf(pipeline, one, planned.params, planned.matrix).outputs;
  const unpublished = task.outputs.map((output) => {
    if (output.kind === 'value') return output;
    const { publish: _, ...rest } = output;
    return rest;
  });
  const isSame = fingerprint.outputs === outputsOf({ ...task, outputs: unpublished });
  return isSame ? { ...fingerprint, outputs: outputsOf(task) } : fingerprint;
}

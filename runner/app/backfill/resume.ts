import { usageError } from '../../errors.ts';
import type { BackfillRecord } from '../../model/backfill.ts';
import { definitionChanges, definitionOf } from '../../plan/kept/definition.ts';
import { openPipeline, type AppOptions } from '../asked-pipeline.ts';
import type { PlanOptions } from '../planned.ts';
import { openStandingLedger } from '../standing-ledger.ts';
import { openStoreSettings } from '../project/open-project.ts';
import { planBackfill, type PlannedBackfill } from './plan-backfill.ts';
import { readBackfill } from './recorded.ts';

export interface ResumedBackfill extends PlannedBackfill {
  readonly record: BackfillRecord;
  /** What is written otherwise than when it was planned last; in words. */
  readonly changes: readonly string[];
}

/**
 * Plans what is left of a recorded backfill, with what the files say today.
 *
 * @throws ProblemsError where there is none of that id, it runs, or its pipeline is no more.
 */
export async function resumeBackfill(
  options: AppOptions,
  id: string,
  planning: Pick<PlanOptions, 'ledger'> = {},
): Promise<ResumedBackfill> {
  const { record, state } = await readBackfill(
    await openStandingLedger(await openStoreSettings(options), options),
    id,
  );
  if (state === 'running' || state === 'cancelling') {
    throw usageError(
      'still-running',
      `backfill ${id} is ${state}, by run ${record.runs.at(-1) ?? ''}`,
      `stop it first: sluice backfill cancel ${id}`,
    );
  }
  const asked = await openPipeline(
    options,
    options.file === undefined ? { pipeline: record.pipeline } : { file: options.file },
  );
  const { rebuild } = record.request;
  // What it has made anew itself is not made once more.
  const request = {
    ...record.request,
    rebuild: rebuild.all ? { ...rebuild, since: rebuild.since ?? record.backfill } : rebuild,
  };
  const backfill = await planBackfill(asked, { ...planning, request }, record.rules);
  const { plan, pipelines } = backfill.planned;
  const before = Object.keys(record.definition).map((name) => {
    const [pipeline = '', task = ''] = name.split('/');
    return { pipeline, task };
  });
  const today = definitionOf(pipelines, { instances: [...before, ...plan.instances] });
  return { ...backfill, record, changes: definitionChanges(record.definition, today) };
}

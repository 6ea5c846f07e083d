import type { Ledger } from '../ledger/ledger.ts';
import type { PlanRequest } from '../model/plan.ts';
import type { AskedPipeline } from './asked-pipeline.ts';

/** `--only failed` without a word of which partitions: exactly what is open, however long ago. */
export function asksForOpenFailures(
  { target }: Pick<AskedPipeline, 'target'>,
  { range, times, rebuild, instances }: PlanRequest,
): boolean {
  const { failed, missing, stale, all } = rebuild;
  if (!failed || missing || stale || all || instances !== undefined) return false;
  return (
    range.kind === 'latest' &&
    Object.keys(times).length === 0 &&
    target.params['date'] === undefined &&
    target.instance === undefined
  );
}

export async function withOpenFailures(
  request: PlanRequest,
  ledger: Pick<Ledger, 'openFailures'>,
): Promise<PlanRequest> {
  const failures = await ledger.openFailures(request.pipeline);
  return { ...request, instances: failures.map(({ instance }) => instance) };
}

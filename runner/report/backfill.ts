import type { Estimate } from '../model/estimate.ts';
import type { Plan } from '../model/plan.ts';
import type { BackfillRecord, BackfillRules } from '../model/backfill.ts';
import { estimateDocument, estimateWords } from './estimate.ts';
import { planDocument } from './json.ts';
import type { Paint } from './paint.ts';
import { taskLines } from './plan-tasks.ts';
import { minute } from './runs.ts';
import { formatCount, formatCounts, oneLine } from './words.ts';

export interface ShownBackfill {
  readonly plan: Plan;
  readonly rules: BackfillRules;
  /** At most so many at once. */
  readonly most: number;
  /** The task for which only one order is possible. */
  readonly forced: string | undefined;
  readonly estimate: Estimate | undefined;
}

/** What a backfill is about to do, before it does it. */
export function backfillLines(
  { plan, rules, most, forced, estimate }: ShownBackfill,
  paint: Paint,
  nowMs: number,
): readonly string[] {
  const toRun = plan.instances.filter(({ action }) => action !== 'none').length;
  const order =
    forced === undefined
      ? `${rules.order} first`
      : `oldest first, as ${forced} needs its own earlier results`;
  const how = [
    order,
    `at most ${most} at once`,
    ...(rules.canary === 0 ? [] : [`${formatCount(rules.canary, 'date')} before the others`]),
    ...(rules.maxFailures === undefined ? [] : [`ended by ${formatCount(rules.maxFailures, 'failure')}`]),
  ];
  return [
    ...taskLines(plan, paint),
    '',
    `${paint.bold(plan.pipeline)}: ${formatCounts(plan.counts, paint.state)}; ${toRun === 0 ? 'nothing to run' : `${toRun.toLocaleString('en-US')} to run, ${how.join(', ')}`}`,
    ...(estimate === undefined ? [] : [estimateWords(estimate, nowMs)]),
  ];
}

/** What `backfill --dry-run --json` prints: the plan's document, and how it would be gone about. */
export function backfillPlanDocument({ plan, rules, most, forced, estimate }: ShownBackfill): object {
  const order = forced === undefined ? rules.order : 'oldest';
  return {
    ...planDocument(plan, estimate),
    backfill: null,
    rules: { ...rules, order, concurrency: most },
    ...(estimate === undefined ? {} : { estimate: estimateDocument(estimate) }),
  };
}

export interface ListedBackfill {
  readonly record: BackfillRecord;
  readonly state: string;
}

/** A line each. */
export function backfillLine({ record, state }: ListedBackfill, paint: Paint): string {
  const { backfill, pipeline, startedAt, counts, planned, runs } = record;
  const told =
    counts === undefined
      ? `${planned.toLocaleString('en-US')} to do at first`
      : formatCounts(counts, paint.state);
  const again = runs.length > 1 ? `, ${runs.length} runs` : '';
  return `${paint.dim(backfill)}  ${pipeline} ${paint.bold(state)}, since ${minute(startedAt)}${again}: ${told}`;
}

/** All that there is to say of one. */
export function backfillShown({ record, state }: ListedBackfill, paint: Paint): readonly string[] {
  const { request, rules, runs, cancelled, backfill } = record;
  const { range } = request;
  const asked = [
    ...(request.tasks.length === 0 ? ['all tasks'] : [request.tasks.map(oneLine).join(', ')]),
    ...(range.kind === 'range' ? [`${oneLine(range.from)} … ${oneLine(range.to)}`] : [range.kind]),
    `${rules.order} first`,
  ];
  const isOver = state !== 'running' && state !== 'cancelling';
  return [
    backfillLine({ record, state }, paint),
    `  asked for: ${asked.join(', ')}`,
    `  runs: ${runs.join(', ')}`,
    ...(cancelled === undefined ? [] : [`  cancelled by ${oneLine(cancelled.by)}, ${minute(cancelled.at)}`]),
    ...(isOver && state !== 'succeeded' ? [`  go on: sluice backfill resume ${backfill}`] : []),
    ...(state === 'running' ? [`  stop it: sluice backfill cancel ${backfill}`] : []),
  ];
}

/** What `--json` prints of one. */
export function backfillDocument({ record, state }: ListedBackfill): object {
  const { nonce: _, schema: __, definition: ___, ...told } = record;
  return { ...told, state };
}

import { usageError } from '../../errors.ts';
import { own } from '../../model/own.ts';
import type { BackfillRules } from '../../model/backfill.ts';
import { createPacer, type Pacer } from '../../run/pace/pacer.ts';
import type { AskedPipeline } from '../asked-pipeline.ts';
import { planPipeline, type Planned, type PlanOptions } from '../planned.ts';

/** How a backfill goes about it, as typed; the rest is by default. */
export type BackfillAsked = Partial<BackfillRules>;

/** A plan over a range, and how it is to be run. */
export interface PlannedBackfill {
  readonly planned: Planned;
  readonly rules: BackfillRules;
  /** At most so many at once. */
  readonly most: number;
  readonly pacer: Pacer;
}

const CANARY = 3;

/**
 * Plans a backfill; runs nothing.
 *
 * @throws ProblemsError where no range is asked for, and for whatever else is wrong in the request.
 * @example
 * const backfill = await planBackfill(asked, { from: '2021-01-04', to: '2021-06-30' }, { canary: 5 });
 */
export async function planBackfill(
  asked: AskedPipeline,
  options: PlanOptions,
  rules: BackfillAsked = {},
): Promise<PlannedBackfill> {
  if (options.request === undefined) refuseNoRange(asked, options);
  return paceOf(await planPipeline(asked, options), { order: 'newest', canary: CANARY, ...rules });
}

function paceOf(planned: Planned, rules: BackfillRules): PlannedBackfill {
  // One container less than the project has at once: there is room for what is scheduled meanwhile.
  const most = rules.concurrency ?? Math.max(1, planned.asked.opened.project.concurrency - 1);
  const { order, canary, maxFailures } = rules;
  const pacer = createPacer(planned.plan.instances, {
    order,
    most,
    canary,
    ...(maxFailures === undefined ? {} : { maxFailures }),
  });
  return { planned, rules, most, pacer };
}

/** History is a range: without one a run does what is meant. */
function refuseNoRange({ pipeline, target }: AskedPipeline, options: PlanOptions): void {
  const given = Object.keys(target.params);
  const isRange =
    options.from !== undefined ||
    options.to !== undefined ||
    ('last' in options && options.last !== undefined) ||
    given.some((name) => name === 'date' || own(pipeline.params, name)?.kind === 'time');
  if (isRange) return;
  throw usageError(
    'no-range',
    'expected a range for a backfill',
    `write --from <date> --to <date>; what is newest is for: sluice run ${pipeline.name}`,
  );
}

import stringWidth from 'string-width';
import type { Plan, PlannedInstance } from '../model/plan.ts';
import type { Paint } from './paint.ts';
import { taskLines } from './plan-tasks.ts';
import { rebuildWords, staleWords } from './stale-words.ts';
import { formatCounts, oneLine, shortId } from './words.ts';

/** More instances than these are not told one by one: finished ones are counted, and where that is not enough all are. */
const FEW = 20;

export interface PlanTableOptions {
  /** However many instances there are. */
  readonly all: boolean;
  readonly rebuildStale?: string;
  /** Of the terminal; where a program reads, an instance is always one line. */
  readonly columns?: number;
}

/** `sluice plan` for a person: every instance where there are few, else a line a task; and the counts. */
export function formatPlan(plan: Plan, paint: Paint, options: PlanTableOptions): string {
  const lines = [...bodyOf(plan, paint, options)];
  const toRun = plan.instances.filter((instance) => instance.action !== 'none').length;
  const least = plan.atLeast ? 'at least ' : '';
  lines.push(
    '',
    `${paint.bold(plan.pipeline)}: ${least}${formatCounts(plan.counts, paint.state)}; ${toRun === 0 ? 'nothing to run' : `${least}${toRun.toLocaleString('en-US')} to run`}`,
  );
  if (plan.stale !== undefined)
    lines.push(
      `${paint.yellow('Stale:')} ${staleWords(plan.stale)}: ${rebuildWords(plan.stale, options.rebuildStale)}`,
    );
  return lines.join('\n');
}

function bodyOf(plan: Plan, paint: Paint, { all, columns }: PlanTableOptions): readonly string[] {
  const { instances } = plan;
  if (all || instances.length <= FEW) return instanceLines(instances, paint, columns);
  const open = instances.filter(
    ({ state, action, reason }) => state !== 'done' || action !== 'none' || reason !== 'done',
  );
  if (open.length > FEW) return [...taskLines(plan, paint), paint.dim('--all shows each instance')];
  const done = (instances.length - open.length).toLocaleString('en-US');
  return [...instanceLines(open, paint, columns), paint.dim(`… and ${done} done (--all shows them)`)];
}

/** Of a terminal a name takes what is left beside its state; one that is longer stands above it, whole, to be copied. */
function instanceLines(
  instances: readonly PlannedInstance[],
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const room = columns - STATE_WIDTH - 2;
  const widths = instances.map(({ id }) => stringWidth(shortId(id)));
  const width = Math.min(60, Math.max(0, ...widths.filter((each) => each <= room)));
  return instances.flatMap((instance) => {
    const name = shortId(instance.id);
    const rest = stateAndReason(instance, paint);
    const nameWidth = stringWidth(name);
    if (nameWidth > room) return [name, `  ${rest}`];
    return [`${name}${' '.repeat(Math.max(0, width - nameWidth))}  ${rest}`];
  });
}

/** The longest is `not-in-range`. */
const STATE_WIDTH = 12;

function stateAndReason(instance: PlannedInstance, paint: Paint): string {
  const reason = [
    instance.reason === instance.state ? '' : oneLine(instance.reason),
    instance.neededBy === undefined ? '' : `needed by ${shortId(instance.neededBy)}`,
  ].filter((part) => part !== '');
  if (reason.length === 0) return paint.state(instance.state, instance.state);
  return `${paint.state(instance.state, instance.state.padEnd(STATE_WIDTH))} ${paint.dim(reason.join('; '))}`;
}

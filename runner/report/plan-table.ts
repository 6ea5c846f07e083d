import type { Plan, PlannedInstance } from '../model/plan.ts';
import type { Paint } from './paint.ts';
import { taskLines } from './plan-tasks.ts';
import { ADD_REBUILD, staleWords } from './stale-words.ts';
import { formatCounts, oneLine, shortId } from './words.ts';

/** More instances than these are not told one by one: finished ones are counted, and where that is not enough all are. */
const FEW = 20;

/** `sluice plan` for a person: every instance where there are few, else a line a task; and the counts. */
export function formatPlan(
  plan: Plan,
  paint: Paint,
  options: { readonly all: boolean; readonly rebuildStale?: string },
): string {
  const lines = [...bodyOf(plan, paint, options.all)];
  const toRun = plan.instances.filter((instance) => instance.action !== 'none').length;
  const least = plan.atLeast ? 'at least ' : '';
  lines.push(
    '',
    `${paint.bold(plan.pipeline)}: ${least}${formatCounts(plan.counts, paint.state)}; ${toRun === 0 ? 'nothing to run' : `${least}${toRun.toLocaleString('en-US')} to run`}`,
  );
  if (plan.stale !== undefined)
    lines.push(`${paint.yellow('Stale:')} ${staleWords(plan.stale)}: ${options.rebuildStale ?? ADD_REBUILD}`);
  return lines.join('\n');
}

function bodyOf(plan: Plan, paint: Paint, all: boolean): readonly string[] {
  const { instances } = plan;
  if (all || instances.length <= FEW) return instanceLines(instances, paint);
  const open = instances.filter(
    ({ state, action, reason }) => state !== 'done' || action !== 'none' || reason !== 'done',
  );
  if (open.length > FEW) return [...taskLines(plan, paint), paint.dim('--all shows each instance')];
  const done = (instances.length - open.length).toLocaleString('en-US');
  return [...instanceLines(open, paint), paint.dim(`… and ${done} done (--all shows them)`)];
}

function instanceLines(instances: readonly PlannedInstance[], paint: Paint): string[] {
  const width = Math.min(60, Math.max(0, ...instances.map((instance) => shortId(instance.id).length)));
  return instances.map((instance) => {
    const reason = [
      instance.reason === instance.state ? '' : oneLine(instance.reason),
      instance.neededBy === undefined ? '' : `needed by ${shortId(instance.neededBy)}`,
    ].filter((part) => part !== '');
    return `${shortId(instance.id).padEnd(width)}  ${paint.state(instance.state, instance.state.padEnd(12))} ${paint.dim(reason.join('; '))}`.trimEnd();
  });
}

import type { Plan, PlannedInstance } from '../model/plan.ts';
import type { Paint } from './paint.ts';
import { ADD_REBUILD, staleWords } from './stale-words.ts';
import { formatCounts, oneLine, shortId } from './words.ts';

/** Finished instances are only counted where there are more lines than this. */
const MANY = 60;

/** `sluice plan` for a person: every instance that is not simply done, and the counts. */
export function formatPlan(
  plan: Plan,
  paint: Paint,
  options: { readonly all: boolean; readonly rebuildStale?: string },
): string {
  const quiet = (instance: PlannedInstance) =>
    instance.state === 'done' && instance.action === 'none' && instance.reason === 'done';
  const shown =
    options.all || plan.instances.length <= MANY
      ? plan.instances
      : plan.instances.filter((instance) => !quiet(instance));
  const width = Math.min(60, Math.max(0, ...shown.map((instance) => shortId(instance.id).length)));
  const lines = shown.map((instance) => {
    const reason = [
      instance.reason === instance.state ? '' : oneLine(instance.reason),
      instance.neededBy === undefined ? '' : `needed by ${shortId(instance.neededBy)}`,
    ].filter((part) => part !== '');
    return `${shortId(instance.id).padEnd(width)}  ${paint.state(instance.state, instance.state.padEnd(12))} ${paint.dim(reason.join('; '))}`.trimEnd();
  });
  const hidden = plan.instances.length - shown.length;
  if (hidden > 0) lines.push(paint.dim(`… and ${hidden.toLocaleString('en-US')} done (--all shows them)`));
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

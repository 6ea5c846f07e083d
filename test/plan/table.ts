import type { Pipeline } from '../../runner/model/pipeline.ts';
import type { Knowledge, Plan, PlannedInstance, PlanRequest } from '../../runner/model/plan.ts';
import { makePlan } from '../../runner/plan/plan.ts';
import { scopeOf } from '../../runner/plan/scope/scope.ts';
import { rebuildWords, staleWords } from '../../runner/report/stale-words.ts';
import { expressions } from './build.ts';

/** A Friday evening in New York, two hours before 18:00. */
export const NOW = '2021-01-29T21:00:00Z';

export function planned(
  all: ReadonlyMap<string, Pipeline>,
  request: PlanRequest,
  knowledge: Knowledge,
  now = NOW,
): Plan {
  return makePlan(all, scopeOf(all, request, now, expressions), knowledge, now);
}

/** A plan as a table that a person can check against the design. */
export function table(plan: Plan): string {
  const rows = plan.instances.map((instance) => [
    instance.id.slice(plan.pipeline.length + 1),
    instance.state,
    instance.action === 'none' ? '-' : instance.action,
    instance.asked ? 'asked' : `for ${(instance.neededBy ?? '').slice(plan.pipeline.length + 1)}`,
    instance.reason === instance.state ? '' : instance.reason,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.flatMap((row, index) => [
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
    ...(plan.instances[index]?.needs ?? []).map((need) => needLine(plan, need)),
  ]);
  const counts = Object.entries(plan.counts).map(([state, count]) => `${count} ${state}`);
  return [
    ...lines,
    `${plan.atLeast ? 'at least ' : ''}${counts.join(', ') || 'nothing'}`,
    ...plan.warnings.map((warning) => `warning: ${warning}`),
    ...(plan.stale === undefined
      ? []
      : [`left stale: ${staleWords(plan.stale)}: ${rebuildWords(plan.stale)}`]),
    '',
  ].join('\n');
}

function needLine(plan: Plan, need: PlannedInstance['needs'][number]): string {
  const members = need.members.map((id) =>
    id.startsWith(`${plan.pipeline}/`) ? id.slice(plan.pipeline.length + 1) : id,
  );
  const flags = [
    need.select,
    need.single ? 'single' : '',
    need.optional ? 'optional' : '',
    need.foreign ? 'foreign' : '',
    need.positions === 1 && !need.atLeastWritten ? '' : `at least ${need.atLeast} of ${need.positions}`,
  ].filter((flag) => flag !== '');
  return `    ${need.name} (${flags.join(', ')}): ${members.join(' ') || 'nothing'}`;
}

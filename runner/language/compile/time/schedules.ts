import { everWakes } from '../../../calendar/cron.ts';
import type { Schedule } from '../../../model/pipeline.ts';
import { DEFAULTS } from '../../schema/defaults.ts';
import { child, items, number, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import { compileRebuild } from '../rebuild.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import { quoted, suggest } from '../source/words.ts';

/** `on.schedule` of a pipeline. A cron only wakes: which instances run is a matter of their time keys. */
export function compileSchedules(
  schedule: Node | undefined,
  tasks: ReadonlyMap<string, { readonly timed: boolean }>,
  report: ProblemReport,
): readonly Schedule[] {
  return items(schedule).flatMap((node) => {
    const cron = child(node, 'cron');
    const expression = text(cron);
    if (cron === undefined || expression === undefined) return [];
    checkWakes(cron, expression, report);
    const names = compileTasks(child(node, 'tasks'), tasks, report);
    checkTimed(node, cron, names ?? [...tasks.keys()], tasks, report);
    return [
      {
        cron: expression,
        ...(names === undefined ? {} : { tasks: names }),
        lookbackDays: number(child(node, 'lookback-days')) ?? DEFAULTS.lookbackDays,
        rebuild: compileRebuild(child(node, 'rebuild')) ?? ['missing', 'failed'],
      },
    ];
  });
}

/** A walk over all years there are: the one check of a cron that takes its time. */
function checkWakes(cron: Node, expression: string, report: ProblemReport): void {
  report.budget.check();
  if (everWakes(expression)) return;
  report.error(cron, 'schedule-never', `"${expression}" never comes: no year has such a day`, {
    fix: 'Name a day that the month has; `L` is its last.',
  });
}

function compileTasks(
  node: Node | undefined,
  tasks: ReadonlyMap<string, unknown>,
  report: ProblemReport,
): readonly string[] | undefined {
  if (node === undefined) return undefined;
  return items(node).flatMap((item) => {
    const name = text(item);
    if (name === undefined) return [];
    if (tasks.has(name)) return [name];
    report.error(item, 'schedule-unknown-task', `there is no task \`${name}\``, {
      fix: suggest(name, [...tasks.keys()], 'Tasks stand under `tasks:`.'),
    });
    return [];
  });
}

function checkTimed(
  node: Node,
  cron: Node,
  names: readonly string[],
  tasks: ReadonlyMap<string, { readonly timed: boolean }>,
  report: ProblemReport,
): void {
  if (names.length === 0 || names.some((name) => tasks.get(name)?.timed === true)) return;
  const whose =
    child(node, 'tasks') === undefined
      ? 'no task of this pipeline has a time key'
      : `${quoted(names)} ${names.length === 1 ? 'has' : 'have'} no time key`;
  report.error(cron, 'schedule-without-time', `${whose}: on this schedule it would run once, ever`, {
    fix: 'Add a param such as `date: { type: date }`: every date is then a piece of work of its own.',
  });
}

import { cycleNotBackwards, type TimedEdge } from './cycle-search.ts';
import { grainOf, timeOf } from '../time/grain.ts';
import type { LocatedNeed, TaskEnd } from '../drafts.ts';
import type { ProblemReport } from '../source/problem-report.ts';

/** A task among all pipelines' tasks, with its bound needs. */
export interface GraphTask {
  readonly id: string;
  readonly end: TaskEnd;
  readonly needs: readonly LocatedNeed[];
}

interface Edge extends TimedEdge {
  readonly need: LocatedNeed;
}

/**
 * A task may need itself or each other only at strictly earlier times. Each knot of tasks that need each other is
 * searched for a way round that does not end earlier than it began; it is reported as a path.
 */
export function checkCycles(tasks: readonly GraphTask[], report: ProblemReport): void {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  for (const knot of knotsOf(tasks, byId)) {
    const cycle = cycleNotBackwards(knot, edgesIn(knot, byId), report.budget);
    if (cycle !== undefined) reportCycle(cycle, report);
  }
}

function targetOf(need: LocatedNeed): string {
  return `${need.rule.target.pipeline}/${need.rule.target.task}`;
}

/** Only the coarsest steps of a knot lead back for certain: the day before may lie in the same month. */
function edgesIn(knot: ReadonlySet<string>, byId: ReadonlyMap<string, GraphTask>): readonly Edge[] {
  const grain = (id: string): number => {
    const end = byId.get(id)?.end;
    const param = end === undefined ? undefined : timeOf(end);
    return param === undefined ? -1 : grainOf(param);
  };
  const coarsest = [...knot].reduce((most, id) => Math.max(most, grain(id)), -1);
  return [...knot].flatMap((from) =>
    (byId.get(from)?.needs ?? []).flatMap((need) => {
      const to = targetOf(need);
      if (!knot.has(to)) return [];
      const { select } = need.rule;
      const offset = select.kind === 'offset' ? select.offset : 0;
      // What needs its own past waits for nothing by that alone, however fine its steps are.
      if (from === to && offset < 0) return [];
      const steps = offset < 0 && grain(to) < coarsest ? 0 : offset;
      return [{ from, to, steps, need }];
    }),
  );
}

/** Strongly connected components that hold a cycle, by Tarjan's algorithm without recursion. */
function knotsOf(
  tasks: readonly GraphTask[],
  byId: ReadonlyMap<string, GraphTask>,
): readonly ReadonlySet<string>[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const knots: Set<string>[] = [];
  const targets = (id: string) => (byId.get(id)?.needs ?? []).map(targetOf).filter((to) => byId.has(to));
  const lower = (id: string, value: number): void => {
    low.set(id, Math.min(low.get(id) ?? value, value));
  };
  for (const { id: root } of tasks) {
    if (index.has(root)) continue;
    const work: { id: string; left: string[] }[] = [];
    const enter = (id: string): void => {
      index.set(id, index.size);
      lower(id, index.get(id) ?? 0);
      stack.push(id);
      onStack.add(id);
      work.push({ id, left: targets(id) });
    };
    enter(root);
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const next = frame.left.pop();
      if (next !== undefined) {
        if (!index.has(next)) enter(next);
        else if (onStack.has(next)) lower(frame.id, index.get(next) ?? 0);
        continue;
      }
      work.pop();
      const above = work.at(-1);
      if (above !== undefined) lower(above.id, low.get(frame.id) ?? 0);
      if (low.get(frame.id) !== index.get(frame.id)) continue;
      const knot = new Set(stack.splice(stack.lastIndexOf(frame.id)));
      for (const id of knot) onStack.delete(id);
      if (knot.size > 1 || targets(frame.id).includes(frame.id)) knots.push(knot);
    }
  }
  return knots;
}

function reportCycle(cycle: readonly Edge[], report: ProblemReport): void {
  // Begins at the task whose name comes first, so that the message does not depend on the order of search.
  const start = cycle.reduce((best, edge, at) => (edge.from < (cycle[best]?.from ?? '') ? at : best), 0);
  const turned = [...cycle.slice(start), ...cycle.slice(0, start)];
  const [first] = turned;
  if (first === undefined) return;
  const pipelines = new Set(cycle.map((edge) => edge.from.split('/')[0]));
  const shown = (id: string): string => (pipelines.size === 1 ? (id.split('/')[1] ?? id) : id);
  const path = wayRound(turned.map((edge) => shown(edge.from))).join(' → ');
  const message =
    turned.length === 1
      ? `\`${shown(first.from)}\` needs its own result of the same time`
      : `these tasks wait for each other: ${path}`;
  // A step back in time is only possible between two keys of one kind.
  const movable = turned.find(
    (edge) => edge.need.rule.select.kind === 'same' && edge.need.rule.select.key !== undefined,
  );
  report.error(first.need.node, 'cycle', message, {
    fix:
      movable === undefined
        ? 'Remove one of the needs.'
        : `Remove one of the needs, or let one read an earlier result: { task: ${shown(movable.to)}, offset: -1 }.`,
  });
}

/** Of a long one, where it begins and where it ends. */
function wayRound(names: readonly string[]): readonly string[] {
  const [first = ''] = names;
  if (names.length <= MAX_SHOWN) return [...names, first];
  const more = names.length - SHOWN_AT_START - 1;
  return [
    ...names.slice(0, SHOWN_AT_START),
    `… ${more.toLocaleString('en-US')} more …`,
    ...names.slice(-1),
    first,
  ];
}

const MAX_SHOWN = 12;
const SHOWN_AT_START = 4;

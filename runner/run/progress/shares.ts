import type { Task, Template } from '../../model/pipeline.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import type { SlotWant } from '../../model/slot.ts';
import type { Expressions } from '../expressions.ts';
import type { Share } from './gate.ts';
import { own } from '../../model/own.ts';

export type SharesOf = (planned: PlannedInstance, task: Task) => readonly Share[];

/**
 * What an instance takes of each limit. One list per task where its group's name is plain: equal lists stand in one
 * lane. Throws in words for a group's name that can not be evaluated.
 */
export function createShares(pools: Readonly<Record<string, number>>, expressions: Expressions): SharesOf {
  const byTask = new Map<Task, readonly Share[]>();
  return (planned, task) => {
    let shares = byTask.get(task);
    if (shares === undefined) {
      shares = sharesOfTask(planned.pipeline, task, pools);
      byTask.set(task, shares);
    }
    if (task.concurrency === undefined || !isTemplate(task.concurrency)) return shares;
    const { params, matrix } = planned;
    return [...shares, group(expressions.template(task.concurrency, { params, matrix }))];
  };
}

function sharesOfTask(
  pipeline: string,
  task: Task,
  pools: Readonly<Record<string, number>>,
): readonly Share[] {
  const shares: Share[] = [];
  if (task.maxParallel !== undefined) {
    shares.push({ name: `task ${pipeline}/${task.name}`, weight: 1, capacity: task.maxParallel });
  }
  for (const [pool, weight] of Object.entries(task.pools)) {
    shares.push(shared({ kind: 'pool', name: pool, weight, capacity: own(pools, pool) ?? 1 }));
  }
  if (task.concurrency !== undefined && !isTemplate(task.concurrency)) shares.push(group(task.concurrency));
  return shares;
}

function isTemplate(text: Template): boolean {
  return text.includes('${{');
}

/** More than a pool holds would never start: it takes the whole pool. */
function shared(want: SlotWant): Share {
  const { kind, name, weight, capacity } = want;
  return {
    name: `${kind} ${name}`,
    weight,
    capacity,
    slots: { ...want, weight: Math.min(weight, capacity) },
  };
}

function group(name: string): Share {
  return shared({ kind: 'group', name, weight: 1, capacity: 1 });
}

/** In one order for all runs: of two that want the same, the first to come gets on. */
export function slotsIn(shares: readonly Share[]): readonly SlotWant[] {
  return shares
    .flatMap(({ slots }) => slots ?? [])
    .sort((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));
}

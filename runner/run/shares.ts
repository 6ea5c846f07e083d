import type { Task, Template } from '../model/pipeline.ts';
import type { PlannedInstance } from '../model/plan.ts';
import type { Expressions } from './expressions.ts';
import type { Share } from './gate.ts';

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
    shares.push({ name: `pool ${pool}`, weight, capacity: pools[pool] ?? 1 });
  }
  if (task.concurrency !== undefined && !isTemplate(task.concurrency)) shares.push(group(task.concurrency));
  return shares;
}

function isTemplate(text: Template): boolean {
  return text.includes('${{');
}

function group(name: string): Share {
  return { name: `group ${name}`, weight: 1, capacity: 1 };
}

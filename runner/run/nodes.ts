import type { Pipeline, Task } from '../model/pipeline.ts';
import type { Plan, PlannedInstance } from '../model/plan.ts';
import type { Expressions } from './expressions.ts';
import type { Share } from './gate.ts';
import type { HookNode, ProgressNode } from './step.ts';

export interface PlanNodes {
  readonly nodes: readonly ProgressNode[];
  readonly hooks: readonly HookNode[];
}

/** The plan as the progress machine sees it: needs, limits, and what is settled before anything runs. */
export function nodesOf(
  plan: Plan,
  pipelines: ReadonlyMap<string, Pipeline>,
  pools: Readonly<Record<string, number>>,
  expressions: Expressions,
): PlanNodes {
  const sharesOf = createShares(pools, expressions);
  const nodes: ProgressNode[] = [];
  const hooks: { readonly planned: PlannedInstance; readonly task: Task }[] = [];
  for (const planned of plan.instances) {
    // Whoever needs it finds it there; history must not make the machine large.
    if (isDoneBefore(planned)) continue;
    const task = pipelines.get(planned.pipeline)?.tasks[planned.task];
    if (task?.kind === 'hook') {
      hooks.push({ planned, task });
      continue;
    }
    const settled = settledBefore(planned, task);
    nodes.push({
      id: planned.id,
      needs: planned.needs,
      wrapper: task?.kind === 'wrapper',
      continueOnError: task?.continueOnError ?? false,
      shares: settled === undefined && task !== undefined ? sharesOf(planned, task) : NONE,
      ...(settled === undefined ? {} : { settled }),
      ...(task?.failFast === true && task.matrix !== undefined
        ? { failFastGroup: groupOf(planned, task) }
        : {}),
    });
  }
  return {
    nodes,
    hooks: hooks.map(({ planned, task }) => ({
      id: planned.id,
      after: hooks.filter((other) => task.after.includes(other.task.name)).map((other) => other.planned.id),
      continueOnError: task.continueOnError,
      shares: sharesOf(planned, task),
    })),
  };
}

/** It was there before, and nothing is done about it. */
export function isDoneBefore({ state, action }: PlannedInstance): boolean {
  return state === 'done' && action === 'none';
}

const NONE: readonly Share[] = [];

function settledBefore(planned: PlannedInstance, task: Task | undefined): ProgressNode['settled'] {
  const { state, reason, action, manifestEtag } = planned;
  if (action !== 'none' && task?.kind === 'external')
    return { state: 'waiting', reason: awaitedOutside(task) };
  if (action !== 'none' && task !== undefined) return undefined;
  // A rebuild that failed earlier, and is not tried again now, leaves the result that it was to replace.
  return { state, reason, ...(state === 'failed' && manifestEtag !== undefined ? { stands: true } : {}) };
}

/** In words: what somebody else has to make before this is there. */
function awaitedOutside({ external }: Task): string {
  switch (external?.kind) {
    case 'object':
      return `waiting for the object ${external.uri}`;
    case 'prefix':
      return `waiting for ${external.doneFlag} below ${external.uri}`;
    case 'url':
      return `waiting for ${external.url}`;
    case undefined:
      return 'waiting for something outside of the project';
  }
}

/** The legs of one matrix: equal in all keys but the matrix's. */
function groupOf({ pipeline, task: name, keys }: PlannedInstance, task: Task): string {
  const matrixKeys = task.matrix?.keys ?? [];
  const others = Object.entries(keys).filter(([key]) => !matrixKeys.includes(key));
  return JSON.stringify([pipeline, name, others]);
}

/** One list per task where its group's name is plain: equal lists stand in one lane. */
function createShares(
  pools: Readonly<Record<string, number>>,
  expressions: Expressions,
): (planned: PlannedInstance, task: Task) => readonly Share[] {
  const byTask = new Map<Task, readonly Share[]>();
  const ofTask = (planned: PlannedInstance, task: Task): readonly Share[] => {
    const known = byTask.get(task);
    if (known !== undefined) return known;
    const shares: Share[] = [];
    if (task.maxParallel !== undefined) {
      shares.push({ name: `task ${planned.pipeline}/${task.name}`, weight: 1, capacity: task.maxParallel });
    }
    for (const [pool, weight] of Object.entries(task.pools)) {
      shares.push({ name: `pool ${pool}`, weight, capacity: pools[pool] ?? 1 });
    }
    if (task.concurrency !== undefined && !task.concurrency.includes('${{'))
      shares.push(group(task.concurrency));
    byTask.set(task, shares);
    return shares;
  };
  return (planned, task) => {
    const shares = ofTask(planned, task);
    if (task.concurrency?.includes('${{') !== true) return shares;
    const { params, matrix } = planned;
    return [
      ...shares,
      group(expressions.template(task.concurrency, { params, matrix, inputs: {}, needs: {} })),
    ];
  };
}

function group(name: string): Share {
  return { name: `group ${name}`, weight: 1, capacity: 1 };
}

import { messageOf } from '../../errors.ts';
import type { Pipeline, Task } from '../../model/pipeline.ts';
import { sourcesOf } from '../../plan/scope/legs.ts';
import type { BoundNeed, Plan, PlannedInstance } from '../../model/plan.ts';
import type { Expressions } from '../expressions.ts';
import type { Fate } from '../../plan/states/judge.ts';
import type { Share } from './gate.ts';
import { createShares, type SharesOf } from './shares.ts';
import type { HookNode, ProgressNode } from './step.ts';
import { own } from '../../model/own.ts';

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
    const task = own(pipelines.get(planned.pipeline)?.tasks, planned.task);
    if (task?.kind === 'hook') {
      hooks.push({ planned, task });
      continue;
    }
    const limits = limitsOf(sharesOf, planned, task);
    const settled = settledBefore(planned, task) ?? limits.settled;
    nodes.push({
      id: planned.id,
      needs: planned.action === 'expand' ? listingNeeds(planned, task) : planned.needs,
      ...(planned.action === 'expand' && { placeholder: true }),
      wrapper: task?.kind === 'wrapper',
      continueOnError: task?.continueOnError ?? false,
      shares: limits.shares,
      ...(settled === undefined ? {} : { settled }),
      ...(task?.failFast === true ? { failFastGroup: `${planned.pipeline}/${planned.task}` } : {}),
    });
  }
  return {
    nodes,
    hooks: hooks.map(({ planned, task }) => ({
      id: planned.id,
      after: hooks.filter((other) => task.after.includes(other.task.name)).map((other) => other.planned.id),
      continueOnError: task.continueOnError,
      shares: limitsOf(sharesOf, planned, task).shares,
    })),
  };
}

/** What a placeholder waits for; its legs wait for all else. */
function listingNeeds({ needs }: PlannedInstance, task: Task | undefined): readonly BoundNeed[] {
  const read = task === undefined ? NO_NAMES : sourcesOf(task);
  return needs.filter(({ name }) => read.has(name));
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** It was there before, and nothing is done about it. */
export function isDoneBefore({ state, action }: PlannedInstance): boolean {
  return state === 'done' && action === 'none';
}

function limitsOf(
  sharesOf: SharesOf,
  planned: PlannedInstance,
  task: Task | undefined,
): { readonly shares: readonly Share[]; readonly settled?: ProgressNode['settled'] } {
  if (task === undefined) return { shares: [] };
  try {
    return { shares: sharesOf(planned, task) };
  } catch (error) {
    const message = messageOf(error);
    return { shares: [], settled: { state: 'failed', reason: `concurrency: ${message}` } };
  }
}

function settledBefore(planned: PlannedInstance, task: Task | undefined): ProgressNode['settled'] {
  const { state, reason, action } = planned;
  if (action !== 'none' && task !== undefined) return undefined;
  const fate = fateOfStanding(planned);
  return { state, reason, ...(fate === undefined ? {} : { fate }) };
}

/** What is stale, or failed in a rebuild, and is not tried again now: what it was to replace stands. */
function fateOfStanding({ state, committed }: PlannedInstance): Fate | undefined {
  if ((state !== 'failed' && state !== 'stale' && state !== 'waiting') || committed === undefined)
    return undefined;
  return committed === 'skipped' ? 'skipped' : 'there';
}

import type { Task } from '../../runner/model/pipeline.ts';
import type { Plan, PlanRequest } from '../../runner/model/plan.ts';
import { makePlan } from '../../runner/plan/plan.ts';
import { scopeOf } from '../../runner/plan/scope/scope.ts';
import { pipeline, planOf, type World } from './world.ts';

/** What `sluice plan` would make of the world's store. */
export async function planIn(
  world: World,
  tasks: readonly Task[],
  given: Partial<PlanRequest> = {},
): Promise<Plan> {
  const pipelines = new Map([['p', pipeline(tasks)]]);
  const now = new Date(world.clock.now()).toISOString();
  const scope = scopeOf(pipelines, { ...planOf([]).request, ...given }, now);
  const knowledge = await world.ledger.readKnowledge(scope.ranges, { contents: scope.contents });
  return makePlan(pipelines, scope, knowledge, now);
}

export const rebuild = (what: 'stale' | 'all'): Pick<PlanRequest, 'rebuild'> => ({
  rebuild: { missing: true, failed: true, stale: what === 'stale', all: what === 'all' },
});

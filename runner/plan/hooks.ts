import { instanceId, NO_KEYS } from '../model/partition.ts';
import type { Pipeline, Scalar, Task } from '../model/pipeline.ts';
import type { PlannedInstance } from '../model/plan.ts';
import type { Expressions } from './expressions.ts';
import { fingerprintOf } from './staleness/fingerprint.ts';
import type { Scope } from './scope/scope.ts';
import { createTables } from './scope/tables.ts';

/** Hooks run once after a run in which something ran, whatever they follow; a run that does nothing has none. */
export function planHooks(
  pipeline: Pipeline,
  scope: Scope,
  instances: readonly PlannedInstance[],
): readonly PlannedInstance[] {
  if (instances.every(({ action }) => action === 'none')) return [];
  return Object.values(pipeline.tasks)
    .filter((task) => task.kind === 'hook')
    .map((hook) => planHook(pipeline, hook, scope.request.params, scope.tables.expressions));
}

export function planHook(
  pipeline: Pipeline,
  hook: Task,
  asked: Readonly<Record<string, Scalar>>,
  expressions: Expressions,
): PlannedInstance {
  const pipelines = new Map([[pipeline.name, pipeline]]);
  const tables = createTables(pipelines, pipeline.name, asked, expressions);
  const params = tables.tableOf(pipeline.name, hook.name)?.settings ?? {};
  return {
    id: instanceId(pipeline.name, hook.name, NO_KEYS),
    pipeline: pipeline.name,
    task: hook.name,
    keys: {},
    params,
    matrix: {},
    state: 'missing',
    reason: `after ${hook.after.length === 0 ? 'everything else' : hook.after.join(', ')}`,
    needs: [],
    asked: true,
    action: 'run',
    fingerprint: fingerprintOf(pipeline, hook, params),
  };
}

import { instanceId, NO_KEYS } from '../model/partition.ts';
import type { Pipeline, Task } from '../model/pipeline.ts';
import type { PlannedInstance } from '../model/plan.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Scope } from './scope.ts';
import { createTables } from './tables.ts';

/** Hooks run once after a run in which something ran that they follow; a run that does nothing has none. */
export function planHooks(
  pipeline: Pipeline,
  scope: Scope,
  instances: readonly PlannedInstance[],
): readonly PlannedInstance[] {
  const busy = new Set<string>();
  for (const instance of instances) if (instance.action !== 'none') busy.add(instance.task);
  const hooks = Object.values(pipeline.tasks).filter((task) => task.kind === 'hook');
  return hooks
    .filter((hook) => busy.size > 0 && (hook.after.length === 0 || hook.after.some((task) => busy.has(task))))
    .map((hook) => planHook(pipeline, scope, hook));
}

function planHook(pipeline: Pipeline, scope: Scope, hook: Task): PlannedInstance {
  const pipelines = new Map([[pipeline.name, pipeline]]);
  const tables = createTables(pipelines, pipeline.name, scope.request.params, scope.tables.expressions);
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

import { isoInstant } from '../calendar/moment.ts';
import { periodOf } from '../calendar/period.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { Knowledge, Plan, PlannedInstance } from '../model/plan.ts';
import { STATES, type State } from '../model/state.ts';
import { committedOutcome } from './states/committed.ts';
import { decide, type Decisions } from './states/actions.ts';
import { currentFingerprint } from './staleness/current.ts';
import { dueMs, momentOf } from './scope/due.ts';
import { planHooks } from './hooks.ts';
import type { Assessing } from './states/assessment.ts';
import { outsideWarnings } from './outside.ts';
import { keyWarnings } from './key-warnings.ts';
import { leftStale } from './staleness/left-stale.ts';
import type { Scope } from './scope/scope.ts';
import { judgeAll } from './states/states.ts';
import { nextAsk } from './states/wait.ts';
import { keysOf, paramsOf } from './scope/instances.ts';
import type { ScopedInstance } from './scope/tables.ts';

/**
 * One state and one reason for every instance of a scope, and what a run does about it. Pure: the store's part is
 * in `knowledge`, the time in `now` (ISO instant).
 */
export function makePlan(
  pipelines: ReadonlyMap<string, Pipeline>,
  scope: Scope,
  knowledge: Knowledge,
  now: string,
): Plan {
  const assessing: Assessing = { scope, knowledge, nowMs: Date.parse(now) };
  const decisions = decide(assessing, judgeAll(assessing));
  const instances: PlannedInstance[] = [];
  const instants = new Map<number, string>();
  for (const instance of scope.instances) {
    if (decisions.shown[instance.index] === 1)
      instances.push(planned(assessing, instance, decisions, instants));
  }
  const pipeline = pipelines.get(scope.request.pipeline);
  if (pipeline !== undefined) instances.push(...planHooks(pipeline, scope, instances));
  const stale = leftStale(assessing, decisions);
  return {
    pipeline: scope.request.pipeline,
    request: scope.request,
    at: now,
    instances,
    counts: countStates(instances),
    atLeast: instances.some((instance) => instance.state === 'unknown'),
    warnings: [...scope.warnings, ...keyWarnings(scope, knowledge), ...outsideWarnings(scope, knowledge)],
    ...(stale === undefined ? {} : { stale }),
  };
}

function planned(
  assessing: Assessing,
  instance: ScopedInstance,
  decisions: Decisions,
  instants: Map<number, string>,
): PlannedInstance {
  const { id, table, position, variant, index } = instance;
  const assessed = decisions.assessed[index];
  const action = decisions.actions[index] ?? 'none';
  const planned: Building = {
    id,
    pipeline: table.pipeline.name,
    task: table.task.name,
    keys: keysOf(instance),
    params: paramsOf(instance),
    matrix: variant.matrix,
    state: assessed?.state ?? 'unknown',
    reason: assessed?.reason ?? 'unknown',
    needs: instance.bindings.map((binding) => binding.need),
    asked: instance.asked || instance.downstream,
    action,
  };
  if (table.timeKey !== undefined) {
    planned.period = periodOf(table.timeKey, position);
    planned.dueAt = instantText(instants, dueMs(assessing.scope.tables, table, position));
    const deadline = momentOf(table, 'deadline', position);
    if (deadline !== undefined) planned.deadlineAt = instantText(instants, deadline);
  }
  const neededBy = decisions.neededBy[index];
  if (neededBy !== undefined) planned.neededBy = neededBy.id;
  const wait = assessing.knowledge.waits.get(id);
  if (wait !== undefined) {
    planned.wait = wait;
    planned.nextAskAt = isoInstant(nextAsk(wait, assessing.nowMs));
  }
  const etag = assessing.knowledge.manifests.get(id);
  if (etag !== undefined) planned.manifestEtag = etag;
  const committed = committedOutcome(assessing.knowledge, id);
  if (committed !== undefined) planned.committed = committed;
  if (assessing.knowledge.publications.has(id)) planned.unpublished = true;
  if (variant.placeholder) planned.placeholder = true;
  if (action !== 'none') planned.fingerprint = currentFingerprint(instance);
  return planned;
}

/** Assigned to rather than spread: at 100,000 instances the spreads were a third of the time. */
type Building = { -readonly [Key in keyof PlannedInstance]: PlannedInstance[Key] };

/** Many instances are due at the same instant. */
function instantText(instants: Map<number, string>, ms: number): string {
  let text = instants.get(ms);
  if (text === undefined) {
    text = isoInstant(ms);
    instants.set(ms, text);
  }
  return text;
}

/** In the states' own order, zeros left out. */
function countStates(instances: readonly PlannedInstance[]): Plan['counts'] {
  const counts = new Map<State, number>();
  for (const { state } of instances) counts.set(state, (counts.get(state) ?? 0) + 1);
  return Object.fromEntries(
    STATES.flatMap((state) => {
      const count = counts.get(state);
      return count === undefined ? [] : [[state, count]];
    }),
  );
}

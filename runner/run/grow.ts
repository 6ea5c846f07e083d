import { inspect } from 'node:util';
import { messageOf, StoreError } from '../errors.ts';
import { UNKNOWN_LEG } from '../model/matrix-legs.ts';
import type { InstanceId } from '../model/partition.ts';
import type { BoundNeed, Plan, PlannedInstance } from '../model/plan.ts';
import type { ReportState } from '../model/state.ts';
import { recordsOf, type InstanceRecord } from './instance-records.ts';
import type { Masker } from './log/mask.ts';
import { nodesOf } from './progress/nodes.ts';
import type { ProgressNode } from './progress/step.ts';
import type { RunEnvironment } from './run-environment.ts';

/** What becomes of placeholders whose sources are done. */
export interface Grown {
  /** Undefined: nothing could be replaced. */
  readonly plan?: Plan;
  readonly added: readonly PlannedInstance[];
  readonly nodes: readonly ProgressNode[];
  readonly records: ReadonlyMap<InstanceId, InstanceRecord>;
  readonly replaced: readonly InstanceId[];
  /** Of those that needed a placeholder: what they need now. */
  readonly needs: ReadonlyMap<InstanceId, readonly BoundNeed[]>;
  /** Placeholders without legs: what their source lists is wrong, or it lists nothing any more. */
  readonly ended: readonly {
    readonly id: InstanceId;
    readonly state: ReportState;
    readonly reason: string;
  }[];
}

/** Asks for the plan anew and says what is new in it. What runs already stays as it was planned. */
export async function growPlan(
  placeholders: readonly InstanceId[],
  before: Plan,
  records: ReadonlyMap<InstanceId, InstanceRecord>,
  environment: RunEnvironment,
  masker: Masker,
): Promise<Grown> {
  const { expand, pipelines, pools, expressions } = environment;
  if (expand === undefined) return endedAll(placeholders, before, () => undefined);
  let plan: Plan;
  try {
    plan = await expand(placeholders);
  } catch (error) {
    // Nothing else would fare better.
    if (error instanceof StoreError) throw error;
    environment.onDefect?.(masker.text(inspect(error)));
    const reason = `its legs could not be planned: ${messageOf(error)}`;
    return endedAll(placeholders, before, () => ({ state: 'failed', reason }));
  }
  const now = new Map(plan.instances.map((planned) => [planned.id, planned]));
  const stands = new Map(before.instances.map((one) => [one.id, one]));
  const left: InstanceId[] = [];
  const gone: InstanceId[] = [];
  const replaced: InstanceId[] = [];
  for (const id of placeholders) {
    if (now.get(id)?.placeholder === true) left.push(id);
    else if (!now.has(id) && isNamed(stands.get(id))) gone.push(id);
    else replaced.push(id);
  }
  const anew = new Set(replaced);
  const added = plan.instances.filter(({ id }) => !stands.has(id) || anew.has(id));
  const made = nodesOf({ ...plan, instances: added }, pipelines, pools, expressions);
  const { nodes } = environment.pacer?.grown(made, added, replaced) ?? made;
  return {
    plan,
    added,
    nodes,
    records: recordsOf({ ...plan, instances: added }, pipelines, nodes),
    replaced,
    needs: needsAnew(anew, now, records),
    ended: [
      ...endedAll(left, plan, (planned) => planned).ended,
      ...endedAll(gone, before, () => NOT_LISTED).ended,
    ],
  };
}

const NOT_LISTED = { state: 'not-in-range', reason: 'the list of its matrix does not have it' } as const;

/** One leg that was asked for by its name. */
function isNamed(placeholder: PlannedInstance | undefined): boolean {
  return (
    placeholder !== undefined && Object.values(placeholder.matrix).every((value) => value !== UNKNOWN_LEG)
  );
}

function needsAnew(
  replaced: ReadonlySet<InstanceId>,
  now: ReadonlyMap<InstanceId, PlannedInstance>,
  records: ReadonlyMap<InstanceId, InstanceRecord>,
): ReadonlyMap<InstanceId, readonly BoundNeed[]> {
  const needs = new Map<InstanceId, readonly BoundNeed[]>();
  for (const [id, record] of records) {
    const { planned } = record;
    if (!planned.needs.some(({ members }) => members.some((member) => replaced.has(member)))) continue;
    const reads = now.get(id)?.needs;
    if (reads === undefined) continue;
    record.planned = { ...planned, needs: reads };
    needs.set(id, reads);
  }
  return needs;
}

/** Each as the plan has it, or as `stateOf` says. */
function endedAll(
  placeholders: readonly InstanceId[],
  plan: Plan,
  stateOf: (
    planned: PlannedInstance | undefined,
  ) => { readonly state: ReportState; readonly reason: string } | undefined,
): Grown {
  const wanted = new Set(placeholders);
  const planned = new Map(plan.instances.filter(({ id }) => wanted.has(id)).map((one) => [one.id, one]));
  const ended = placeholders.map((id) => {
    const { state, reason } = stateOf(planned.get(id)) ?? {
      state: 'unknown',
      reason: planned.get(id)?.reason ?? 'unknown',
    };
    return { id, state, reason };
  });
  return { added: [], nodes: [], records: new Map(), replaced: [], needs: new Map(), ended };
}

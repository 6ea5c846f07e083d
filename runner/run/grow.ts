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
  readonly ended: readonly Ended[];
}

interface Ended {
  readonly id: InstanceId;
  readonly state: ReportState;
  readonly reason: string;
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
  const stands = new Map(before.instances.map((one) => [one.id, one]));
  if (expand === undefined) {
    return noneReplaced(placeholders, (id) => ({
      state: 'unknown',
      reason: stands.get(id)?.reason ?? 'unknown',
    }));
  }
  let plan: Plan;
  try {
    plan = await expand(placeholders);
  } catch (error) {
    // Nothing else would fare better.
    if (error instanceof StoreError) throw error;
    environment.onDefect?.(masker.text(inspect(error)));
    const reason = `its legs could not be planned: ${messageOf(error)}`;
    return noneReplaced(placeholders, () => ({ state: 'failed', reason }));
  }
  const now = new Map(plan.instances.map((planned) => [planned.id, planned]));
  const replaced: InstanceId[] = [];
  const ended: Ended[] = [];
  for (const id of placeholders) {
    const planned = now.get(id);
    if (planned?.placeholder === true) ended.push({ id, state: planned.state, reason: planned.reason });
    else if (planned === undefined && isNamed(stands.get(id))) ended.push({ id, ...NOT_LISTED });
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
    ended,
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

function noneReplaced(
  placeholders: readonly InstanceId[],
  endOf: (id: InstanceId) => Omit<Ended, 'id'>,
): Grown {
  const ended = placeholders.map((id) => ({ id, ...endOf(id) }));
  return { added: [], nodes: [], records: new Map(), replaced: [], needs: new Map(), ended };
}

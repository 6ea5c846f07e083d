import type { Ledger } from '../ledger/ledger.ts';
import type { InstanceId } from '../model/partition.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { Knowledge, Plan, PlanRequest } from '../model/plan.ts';
import { makePlan } from '../plan/plan.ts';
import { listingRanges } from '../plan/scope/listing.ts';
import { scopeOf, type Scope } from '../plan/scope/scope.ts';
import { readManifests } from './results/committed.ts';

export interface Planning {
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly request: PlanRequest;
  /** ISO instant. */
  readonly now: string;
  readonly ledger: Ledger;
  /** What the store knows of the scope's ranges. */
  readonly read: (scope: Scope) => Promise<Knowledge>;
}

export interface PlannedLegs {
  readonly plan: Plan;
  /** The plan anew, once the sources of these placeholders are done. */
  readonly expand: (placeholders: readonly InstanceId[]) => Promise<Plan>;
}

/**
 * A plan in which the legs of a matrix that is known at run time stand as far as what lists them is done. A source
 * that is made anew now may list others: its placeholder stays until then.
 */
export async function planWithLegs(planning: Planning, first: Scope): Promise<PlannedLegs> {
  const { pipelines, request, now, ledger } = planning;
  const values = new Map<InstanceId, Readonly<Record<string, string>>>();
  const learn = async (sources: Iterable<InstanceId>): Promise<boolean> => {
    const size = values.size;
    for await (const manifest of readManifests(ledger, [...new Set(sources)])) {
      if (manifest.outcome === 'succeeded') values.set(manifest.instance, manifest.values);
    }
    return values.size > size;
  };

  let scope = first;
  let knowledge = await planning.read(scope);
  let plan = makePlan(pipelines, scope, knowledge, now);
  /** By all values that are known now. Of the store only what is new in the scope is read. */
  const planAnew = async (): Promise<Plan> => {
    // A placeholder for one leg that was named has its id, and nothing was read of that.
    const known = new Set(scope.instances.flatMap(({ id, variant }) => (variant.placeholder ? [] : [id])));
    scope = scopeOf(pipelines, request, now, undefined, values);
    const added = scope.instances.filter(({ id }) => !known.has(id));
    knowledge = both(knowledge, await planning.read({ ...scope, ranges: listingRanges(added) }));
    plan = makePlan(pipelines, scope, knowledge, now);
    return plan;
  };
  while (await learn(standingSources(scope, plan, knowledge))) await planAnew();
  return {
    plan,
    async expand(placeholders) {
      const sources = placeholders.flatMap((id) => scope.placeholders.get(id) ?? []);
      // Made anew, they may list others than before.
      for (const source of sources) values.delete(source);
      await learn(sources);
      return planAnew();
    },
  };
}

/** Done, and left as they are by this plan. */
function standingSources(scope: Scope, plan: Plan, knowledge: Knowledge): readonly InstanceId[] {
  if (scope.placeholders.size === 0) return [];
  const working = new Set(plan.instances.flatMap(({ id, action }) => (action === 'none' ? [] : [id])));
  const stands = (id: InstanceId): boolean =>
    knowledge.manifests.has(id) && !knowledge.exceptions.has(id) && !working.has(id);
  return [...scope.placeholders.values()].filter((sources) => sources.every(stands)).flat();
}

/** What was read later counts. */
function both(one: Knowledge, other: Knowledge): Knowledge {
  return {
    ...one,
    manifests: new Map([...one.manifests, ...other.manifests]),
    exceptions: new Map([...one.exceptions, ...other.exceptions]),
    failures: new Map([...one.failures, ...other.failures]),
    waits: new Map([...one.waits, ...other.waits]),
    claims: new Map([...one.claims, ...other.claims]),
    publications: new Set([...one.publications, ...other.publications]),
    contents: new Map([...one.contents, ...other.contents]),
    taskKeys: new Map([...one.taskKeys, ...other.taskKeys]),
  };
}

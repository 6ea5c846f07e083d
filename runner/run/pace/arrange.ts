import type { InstanceId } from '../../model/partition.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import type { Share } from '../progress/gate.ts';
import type { PlanNodes } from '../progress/nodes.ts';
import type { ProgressNode } from '../progress/step.ts';

export interface Arrangement {
  readonly preferred: readonly PlannedInstance[];
  /** Those that go first; absent: none are kept back. */
  readonly canary: ReadonlySet<InstanceId> | undefined;
  readonly breakerShareOf: (id: InstanceId) => string;
}

/**
 * The nodes of a plan as a backfill prefers them: in its order, the canary before all else, under a limit of its
 * task's breaker, and with a slot less of every pool, which is left to others.
 */
export function arrange(
  { nodes, hooks }: PlanNodes,
  { preferred, canary, breakerShareOf }: Arrangement,
): PlanNodes {
  const ranks = new Map(preferred.map(({ id }, rank) => [id, rank]));
  const breakers = new Map<string, Share>();
  const sharesBefore = new Map<readonly Share[], Map<string, readonly Share[]>>();
  const sharesOf = ({ id, shares }: ProgressNode): readonly Share[] => {
    const name = breakerShareOf(id);
    // Equal lists stand in one lane: one list is made for all that have the same.
    const known = sharesBefore.get(shares) ?? new Map<string, readonly Share[]>();
    sharesBefore.set(shares, known);
    let made = known.get(name);
    if (made === undefined) {
      const breaker = breakers.get(name) ?? { name, weight: 1, capacity: Number.POSITIVE_INFINITY };
      breakers.set(name, breaker);
      made = [...shares.map(leavingOne), breaker];
      known.set(name, made);
    }
    return made;
  };
  const settled = nodes.filter((node) => node.settled !== undefined);
  const open = nodes
    .filter((node) => node.settled === undefined)
    .sort((a, b) => (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0))
    .map((node): ProgressNode => ({
      ...node,
      shares: sharesOf(node),
      ...(canary !== undefined && !canary.has(node.id) ? { held: true } : {}),
    }));
  // What is settled stays in the plan's order: each is judged by those before it.
  return { nodes: [...settled, ...open], hooks };
}

/** Scheduled work finds a slot of every pool; of one that has no more than it takes, it comes first by turns. */
function leavingOne(share: Share): Share {
  const { slots, weight } = share;
  if (slots === undefined) return share;
  const capacity = Math.max(1, weight, slots.capacity - 1);
  return { ...share, capacity, slots: { ...slots, capacity, yields: true } };
}

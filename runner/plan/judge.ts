import type { BoundNeed } from '../model/plan.ts';
import type { InstanceId } from '../model/partition.ts';

/** How one member of a need stands for its needer. */
export type Fate =
  | 'there'
  /** This run can still make it. */
  | 'coming'
  | 'skipped'
  | 'lost'
  | 'not-in-range'
  /** Not yet, and not by this run: not due, another pipeline's, not known. */
  | 'waiting'
  /** Failed or behind a failure, and this run does not try again. */
  | 'blocked';

export type DerivedState = 'skipped' | 'lost' | 'not-in-range';

/** What all needs together mean for their needer. */
export type Verdict =
  | { readonly kind: 'ready' }
  | { readonly kind: 'coming' }
  /** The needer takes this state; `member` undefined: the position does not exist, or too few do. */
  | {
      readonly kind: 'derived';
      readonly state: DerivedState;
      readonly need: BoundNeed;
      readonly member: InstanceId | undefined;
      /** How many positions count, where too few do. */
      readonly counted?: number;
    }
  | {
      readonly kind: 'waiting' | 'blocked';
      readonly need: BoundNeed;
      readonly member: InstanceId;
    };

/**
 * The design's "What is not there", for plan and run alike. `isAwaited` says of an optional need's member that is
 * not there whether its `until` or `deadline` is still to come; else it is left out.
 */
export function judgeNeeds(
  needs: readonly BoundNeed[],
  fateOf: (need: number, member: number) => Fate,
  isAwaited: (need: number, member: number) => boolean,
): Verdict {
  let blocked: Verdict | undefined;
  let waiting: Verdict | undefined;
  let coming = false;
  for (const [index, need] of needs.entries()) {
    const fates = need.members.map((_, member) => fateOf(index, member));
    const derived = need.optional ? undefined : derive(need, fates);
    if (derived !== undefined) return derived;
    for (const [position, fate] of fates.entries()) {
      const member = need.members[position];
      if (member === undefined) continue;
      if (fate === 'coming') coming = true;
      if (fate !== 'waiting' && fate !== 'blocked') continue;
      if (need.optional) {
        if (isAwaited(index, position)) waiting ??= { kind: 'waiting', need, member };
      } else if (fate === 'blocked') blocked ??= { kind: 'blocked', need, member };
      else waiting ??= { kind: 'waiting', need, member };
    }
  }
  return blocked ?? waiting ?? { kind: coming ? 'coming' : 'ready' };
}

function derive(need: BoundNeed, fates: readonly Fate[]): Verdict | undefined {
  if (isExactlyOne(need)) {
    // Yesterday's own result: the first day goes without.
    if (need.select === 'offset') return undefined;
    const fate = fates[0] ?? 'not-in-range';
    return isDerived(fate) ? { kind: 'derived', state: fate, need, member: need.members[0] } : undefined;
  }
  const counted = countPositions(need, fates);
  if (counted >= need.atLeast) return undefined;
  const member = need.positions === 1 ? need.members[0] : undefined;
  return { kind: 'derived', state: 'not-in-range', need, member, counted };
}

/** By its form a need on one instance; `latest` chooses, and so leaves out. */
function isExactlyOne(need: BoundNeed): boolean {
  return need.single && need.select !== 'latest';
}

/**
 * The positions that count towards `at-least`. One counts if any of its members does; those that are skipped or
 * lost are forgiven unless `at-least` is written.
 */
function countPositions(need: BoundNeed, fates: readonly Fate[]): number {
  const sizes = need.perPosition ?? fates.map(() => 1);
  let counted = 0;
  let next = 0;
  for (const size of sizes) {
    const here = fates.slice(next, next + size);
    next += size;
    const there = here.some((fate) => !isDerived(fate));
    const forgiven = !need.atLeastWritten && here.some((fate) => fate === 'skipped' || fate === 'lost');
    if (there || forgiven) counted += 1;
  }
  return counted;
}

function isDerived(fate: Fate): fate is DerivedState {
  return fate === 'skipped' || fate === 'lost' || fate === 'not-in-range';
}

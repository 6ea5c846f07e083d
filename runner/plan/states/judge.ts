import type { BoundNeed } from '../../model/plan.ts';
import type { InstanceId } from '../../model/partition.ts';

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
      /** Optional, and merely late: without it there would be enough. */
      readonly awaited?: true;
    };

/** Keeps a needer from running now. */
export type Hindrance = Extract<Verdict, { kind: 'waiting' | 'blocked' }>;

/**
 * The design's "What is not there", for plan and run alike. `isAwaited` says of an optional need's member that is
 * not there whether its `until` or `deadline` is still to come; else it is left out.
 */
export function judgeNeeds(
  needs: readonly BoundNeed[],
  fateOf: (need: number, member: number) => Fate,
  isAwaited: (need: number, member: number) => boolean,
): Verdict {
  let blocked: Hindrance | undefined;
  let waiting: Hindrance | undefined;
  let coming = false;
  for (const [index, need] of needs.entries()) {
    const fates = need.members.map((_, member) => fateOf(index, member));
    const derived = derive(need, fates);
    if (derived !== undefined) return derived;
    if (fates.includes('coming')) coming = true;
    const hindrance = need.optional
      ? (findShortage(need, fates) ?? findAwaited(need, fates, (member) => isAwaited(index, member)))
      : (findMember(need, fates, 'blocked') ?? findMember(need, fates, 'waiting'));
    if (hindrance?.kind === 'blocked') blocked ??= hindrance;
    else waiting ??= hindrance;
  }
  return blocked ?? waiting ?? { kind: coming ? 'coming' : 'ready' };
}

function derive(need: BoundNeed, fates: readonly Fate[]): Verdict | undefined {
  if (isExactlyOne(need)) {
    // Yesterday's own result: the first day goes without.
    if (need.optional || need.select === 'offset') return undefined;
    const fate = fates[0] ?? 'not-in-range';
    return isDerived(fate) ? { kind: 'derived', state: fate, need, member: need.members[0] } : undefined;
  }
  const counted = countPositions(need, fates, (fate) => !isDerived(fate));
  if (counted >= need.atLeast) return undefined;
  const member = need.positions === 1 ? need.members[0] : undefined;
  return { kind: 'derived', state: 'not-in-range', need, member, counted };
}

/**
 * Optional members are left out only down to `at-least`. Where fewer are there or can be made, those that are late
 * are waited for if they can be enough.
 */
function findShortage(need: BoundNeed, fates: readonly Fate[]): Hindrance | undefined {
  if (isExactlyOne(need)) return undefined;
  if (countPositions(need, fates, isThereOrComing) >= need.atLeast) return undefined;
  const mayCome = countPositions(need, fates, (fate) => isThereOrComing(fate) || fate === 'waiting');
  return findMember(need, fates, mayCome >= need.atLeast ? 'waiting' : 'blocked');
}

function findAwaited(
  need: BoundNeed,
  fates: readonly Fate[],
  isAwaited: (member: number) => boolean,
): Hindrance | undefined {
  const place = fates.findIndex((fate, at) => (fate === 'waiting' || fate === 'blocked') && isAwaited(at));
  const member = need.members[place];
  return member === undefined ? undefined : { kind: 'waiting', need, member, awaited: true };
}

function findMember(need: BoundNeed, fates: readonly Fate[], kind: Hindrance['kind']): Hindrance | undefined {
  const member = need.members[fates.indexOf(kind)];
  return member === undefined ? undefined : { kind, need, member };
}

/** By its form a need on one instance; `latest` chooses, and so leaves out. */
function isExactlyOne(need: BoundNeed): boolean {
  return need.single && need.select !== 'latest';
}

/**
 * The positions that count towards `at-least`. One counts if any of its members does; those that are skipped or
 * lost are forgiven unless `at-least` is written.
 */
function countPositions(need: BoundNeed, fates: readonly Fate[], counts: (fate: Fate) => boolean): number {
  const sizes = need.perPosition ?? fates.map(() => 1);
  let counted = 0;
  let next = 0;
  for (const size of sizes) {
    const here = fates.slice(next, next + size);
    next += size;
    const forgiven = !need.atLeastWritten && here.some((fate) => fate === 'skipped' || fate === 'lost');
    if (forgiven || here.some(counts)) counted += 1;
  }
  return counted;
}

function isThereOrComing(fate: Fate): boolean {
  return fate === 'there' || fate === 'coming';
}

function isDerived(fate: Fate): fate is DerivedState {
  return fate === 'skipped' || fate === 'lost' || fate === 'not-in-range';
}

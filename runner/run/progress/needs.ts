import type { InstanceId } from '../../model/partition.ts';
import type { BoundNeed } from '../../model/plan.ts';
import type { ReportState } from '../../model/state.ts';
import { judgeNeeds, type Fate, type Hindrance } from '../../plan/states/judge.ts';
import { nameBeside } from './name-beside.ts';

/** How a settled instance stands, as far as those that need it care. */
export interface Standing {
  readonly state: ReportState;
  readonly fate: Fate;
  /** The instances whose failure or wait is the first cause; empty for one that is there. */
  readonly roots: readonly InstanceId[];
  /** It keeps the run from success: false under `continue-on-error`, and for what only that blocks. */
  readonly raises: boolean;
  /** Merely late: also those for whom it is optional wait for it. */
  readonly awaited: boolean;
}

/** A member that the instance does without. */
export interface AbsentMember {
  readonly need: string;
  readonly instance: InstanceId;
  readonly state: ReportState;
}

export type NeedsOutcome =
  | { readonly kind: 'ready'; readonly absent: readonly AbsentMember[] }
  /** The needed instance's state becomes its own: derived, never stored. */
  | { readonly kind: 'derived'; readonly state: 'skipped' | 'lost' | 'not-in-range'; readonly reason: string }
  | {
      readonly kind: 'hindered';
      readonly state: 'blocked' | 'waiting';
      readonly reason: string;
      readonly roots: readonly InstanceId[];
      readonly raises: boolean;
    };

type StandingOf = (id: InstanceId) => Standing | undefined;

/** Enough to tell a person; a hub's thousands of first causes are not repeated in all it blocks. */
const ROOTS_TOLD = 5;

/** What settled needs mean for the one that has them. A member that is not part of the plan is there. */
export function weighNeeds(
  self: InstanceId,
  needs: readonly BoundNeed[],
  standingOf: StandingOf,
): NeedsOutcome {
  const standingAt = (need: number, member: number): Standing | undefined => {
    const id = needs[need]?.members[member];
    return id === undefined ? undefined : standingOf(id);
  };
  const verdict = judgeNeeds(
    needs,
    (need, member) => standingAt(need, member)?.fate ?? 'there',
    (need, member) => standingAt(need, member)?.awaited ?? false,
  );
  switch (verdict.kind) {
    case 'ready':
    case 'coming':
      return { kind: 'ready', absent: absentOf(needs, standingOf) };
    case 'derived': {
      const { state, need, member, counted } = verdict;
      if (member !== undefined)
        return { kind: 'derived', state, reason: `needs ${member}, which is ${state}` };
      const reason =
        counted === undefined
          ? `needs ${need.task}, which has no such partition`
          : `needs ${need.atLeast} of ${need.positions} positions of ${need.task}, ${counted} count`;
      return { kind: 'derived', state, reason };
    }
    case 'blocked':
    case 'waiting':
      return hinder(self, verdict, needs, standingOf);
  }
}

/** What a state means for those that need it. */
export function fateOf(state: ReportState): Fate {
  switch (state) {
    case 'succeeded':
    case 'done':
    case 'unchanged':
    case 'stale':
    case 'unpublished':
      return 'there';
    case 'skipped':
    case 'lost':
    case 'not-in-range':
      return state;
    case 'missing':
    case 'waiting':
    case 'running':
    case 'unknown':
      return 'waiting';
    case 'failed':
    case 'blocked':
    case 'cancelled':
      return 'blocked';
  }
}

function absentOf(needs: readonly BoundNeed[], standingOf: StandingOf): readonly AbsentMember[] {
  const absent: AbsentMember[] = [];
  for (const need of needs) {
    for (const instance of need.members) {
      const standing = standingOf(instance);
      if (standing === undefined || standing.fate === 'there') continue;
      absent.push({ need: need.name, instance, state: standing.state });
    }
  }
  return absent;
}

/** Names the first causes; where some of them count for the exit status, those. */
function hinder(
  self: InstanceId,
  { kind: state, need: short, member, awaited }: Hindrance,
  needs: readonly BoundNeed[],
  standingOf: StandingOf,
): NeedsOutcome {
  if (awaited === true) {
    const reason = `waiting on ${nameBeside(self, member)}, which is optional and still expected`;
    return { kind: 'hindered', state, reason, roots: [member], raises: true };
  }
  const hindering: { readonly id: InstanceId; readonly standing: Standing }[] = [];
  for (const need of needs) {
    for (const id of need.optional && need !== short ? [] : need.members) {
      const standing = standingOf(id);
      if (standing?.fate === state) hindering.push({ id, standing });
    }
  }
  const raising = hindering.filter(({ standing }) => standing.raises);
  const roots = new Set<InstanceId>();
  for (const { id, standing } of raising.length > 0 ? raising : hindering) {
    for (const root of standing.roots.length > 0 ? standing.roots : [id]) {
      if (roots.size < ROOTS_TOLD) roots.add(root);
    }
  }
  const told = [...roots];
  const reason = `${state === 'blocked' ? 'by' : 'waiting on'} ${told.map((root) => nameBeside(self, root)).join(', ')}`;
  return { kind: 'hindered', state, reason, roots: told, raises: raising.length > 0 };
}

import type { InstanceId } from '../model/partition.ts';
import type { BoundNeed } from '../model/plan.ts';
import type { ReportState } from '../model/state.ts';

/** How a settled instance stands, as far as those that need it care. */
export interface Standing {
  readonly state: ReportState;
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

export type NeedsVerdict =
  | { readonly kind: 'ready'; readonly absent: readonly AbsentMember[] }
  /** The needed instance's state becomes its own: derived, never stored. */
  | { readonly kind: 'derived'; readonly state: 'skipped' | 'lost' | 'not-in-range'; readonly reason: string }
  | {
      readonly kind: 'blocked';
      readonly state: 'blocked' | 'waiting';
      readonly reason: string;
      readonly roots: readonly InstanceId[];
      readonly raises: boolean;
    };

/** Enough to tell a person; a hub's thousands of first causes are not repeated in all it blocks. */
const ROOTS_TOLD = 5;

/**
 * What settled needs mean for the one that has them: the design's "What is not there", to the letter. A state that
 * is derived comes before a block: what is skipped stays so, whatever becomes of the rest.
 */
export function judgeNeeds(
  needs: readonly BoundNeed[],
  standingOf: (id: InstanceId) => Standing | undefined,
): NeedsVerdict {
  const absent: AbsentMember[] = [];
  const hindered: { readonly id: InstanceId; readonly standing: Standing }[] = [];
  let awaited: InstanceId | undefined;

  for (const need of needs) {
    const left: AbsentMember[] = [];
    for (const id of need.members) {
      const standing = standingOf(id);
      // Not part of the plan: its manifest is looked for when the turn comes.
      if (standing === undefined || presence(standing.state) === 'there') continue;
      left.push({ need: need.name, instance: id, state: standing.state });
      if (presence(standing.state) === 'absent') continue;
      if (!need.optional) hindered.push({ id, standing });
      else if (standing.awaited) awaited ??= id;
    }
    if (!need.optional && need.select !== 'offset') {
      const derived = derive(need, left);
      if (derived !== undefined) return derived;
    }
    absent.push(...left);
  }

  if (hindered.length > 0) return block(hindered);
  if (awaited !== undefined) {
    return {
      kind: 'blocked',
      state: 'waiting',
      reason: `for ${awaited}, which is optional and still expected`,
      roots: [awaited],
      raises: true,
    };
  }
  return { kind: 'ready', absent };
}

/** `there`: it can be read. `absent`: it will not come. `hindered`: it might have. */
export function presence(state: ReportState): 'there' | 'absent' | 'hindered' {
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
      return 'absent';
    case 'missing':
    case 'failed':
    case 'waiting':
    case 'blocked':
    case 'running':
    case 'unknown':
    case 'cancelled':
      return 'hindered';
  }
}

function derive(need: BoundNeed, left: readonly AbsentMember[]): NeedsVerdict | undefined {
  const one = need.single && (need.select === 'same' || need.select === 'around');
  if (one) {
    for (const { instance, state } of left) {
      if (state === 'skipped' || state === 'lost' || state === 'not-in-range') {
        return { kind: 'derived', state, reason: `needs ${instance}, which is ${state}` };
      }
    }
    return undefined;
  }
  const counted = left.filter(({ state }) =>
    need.atLeastWritten ? presence(state) === 'absent' : state === 'not-in-range',
  );
  const beforeStart = Math.max(0, need.positions - need.members.length);
  const there = need.positions - beforeStart - counted.length;
  if (there >= need.atLeast) return undefined;
  return {
    kind: 'derived',
    state: 'not-in-range',
    reason: `needs ${need.atLeast} of ${need.positions} of ${need.task}, ${there} are there`,
  };
}

function block(hindered: readonly { readonly id: InstanceId; readonly standing: Standing }[]): NeedsVerdict {
  const raising = hindered.filter(({ standing }) => standing.raises);
  const causes = raising.length > 0 ? raising : hindered;
  const roots = new Set<InstanceId>();
  for (const { id, standing } of causes) {
    for (const root of standing.roots.length > 0 ? standing.roots : [id]) {
      if (roots.size < ROOTS_TOLD) roots.add(root);
    }
  }
  return {
    kind: 'blocked',
    state: 'blocked',
    reason: `by ${[...roots].join(', ')}`,
    roots: [...roots],
    raises: raising.length > 0,
  };
}

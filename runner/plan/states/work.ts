import { mayMake, type Action } from '../../model/plan.ts';
import type { State } from '../../model/state.ts';
import type { Assessment, Assessing } from './assessment.ts';
import { memberName } from './reasons.ts';
import type { ScopedInstance } from '../scope/tables.ts';

/** What is being decided, by an instance's index. */
export interface Work {
  readonly instances: readonly ScopedInstance[];
  readonly assessed: Assessment[];
  readonly actions: Action[];
  readonly neededBy: (ScopedInstance | undefined)[];
  readonly wanted: Uint8Array;
  /** The needer by which it stands above what was asked for; itself, where it was. */
  readonly reachedBy: (ScopedInstance | undefined)[];
  /** 1: it is assessed otherwise than at first. */
  readonly changed: Uint8Array;
  /** Recorded skips are looked at again. */
  turning: boolean;
}

export function setJudged(work: Work, { index }: ScopedInstance, assessed: Assessment): void {
  work.assessed[index] = assessed;
  work.changed[index] = 1;
}

/** Whether the request's `--rebuild`, or its absence, is about an instance in this state. */
export function isSelected(assessing: Assessing, { state, stale, failed, resting }: Assessment): boolean {
  const { rebuild } = assessing.scope.request;
  if (resting === true) return false;
  switch (state) {
    case 'missing':
    case 'running':
    case 'unknown':
      return rebuild.missing || rebuild.all;
    case 'waiting':
      return (
        rebuild.missing ||
        rebuild.all ||
        (rebuild.stale && stale === true) ||
        (rebuild.failed && failed === true)
      );
    case 'failed':
      // Due as failed, and still due under what it was asked by.
      return rebuild.failed || rebuild.all || (rebuild.stale && stale === true);
    case 'stale':
      return rebuild.stale || rebuild.all;
    case 'unpublished':
      return true;
    case 'done':
    case 'blocked':
    case 'skipped':
    case 'lost':
    case 'not-in-range':
      return false;
  }
}

/** Names of what it reads and this run makes anew, or may. */
export function changingNeeds(
  work: Work,
  instance: ScopedInstance,
  counts: (member: ScopedInstance) => boolean,
): readonly string[] {
  return changingMembers(work, instance, counts).map((member) => memberName(instance, member));
}

export function changingMembers(
  work: Work,
  { bindings }: ScopedInstance,
  counts: (member: ScopedInstance) => boolean,
): readonly ScopedInstance[] {
  const found: ScopedInstance[] = [];
  for (const { members } of bindings) {
    for (const member of members) {
      const action = work.actions[member.index];
      if (mayMake(action) && counts(member)) found.push(member);
    }
  }
  return found;
}

export function isDerived(state: State): boolean {
  return state === 'skipped' || state === 'lost' || state === 'not-in-range';
}

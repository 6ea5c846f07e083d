import type { Knowledge } from '../../model/plan.ts';
import type { State } from '../../model/state.ts';
import type { Scope } from '../scope/scope.ts';

/** What is known of one instance before anything is decided. */
export interface Assessment {
  readonly state: State;
  readonly reason: string;
  /** What is behind it in the end: the reason of a blocked or waiting one names the first cause. */
  readonly cause?: string;
  /** Its needs are there or can be made, so that it could run if that is asked for. */
  readonly runnable: boolean;
  /** A recorded skip that this run looks at again. */
  readonly mayTurn?: true;
  /** It failed before, and that is open while it waits. */
  readonly failed?: true;
  /** It has failed or waits, and a tick leaves it alone for a while. */
  readonly resting?: true;
  /** Of one whose rebuilding failed: it is still made by something else than what is written now. */
  readonly stale?: true;
  /** Nothing but its needs keeps it waiting: those that can be made are worth making. */
  readonly pulls: boolean;
}

export interface Assessing {
  readonly scope: Scope;
  readonly knowledge: Knowledge;
  readonly nowMs: number;
}

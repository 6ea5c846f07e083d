import type { Definition } from './definition.ts';
import type { InstanceId } from './partition.ts';
import type { Action, PlanRequest } from './plan.ts';
import type { Fingerprint } from './records.ts';
import type { State } from './state.ts';

/** One instance as a kept plan found it. */
export interface KeptInstance {
  readonly id: InstanceId;
  readonly state: State;
  readonly action: Action;
  /** Of what is to be made anew: what stood there. */
  readonly manifestEtag?: string;
  /** The place of its fingerprint among the plan's. */
  readonly fingerprint?: number;
}

/** A plan in a file, as a contract: what was asked, what it rested on, and what would be done. */
export interface KeptPlan {
  /** First of all: a file is told by it. */
  readonly kind: 'plan';
  readonly schema: number;
  readonly pipeline: string;
  /** The store that it was made for; absent: there was none yet. */
  readonly store?: string;
  /** ISO instant that it answers for. */
  readonly at: string;
  readonly request: PlanRequest;
  readonly definition: Definition;
  /** Each once: the instances of a task mostly have the same. */
  readonly fingerprints: readonly Fingerprint[];
  readonly instances: readonly KeptInstance[];
}

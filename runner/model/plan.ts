import type { InstanceId } from './partition.ts';
import type { Scalar } from './pipeline.ts';
import type { Period } from './time.ts';
import type { State } from './state.ts';
import type { FailureRecord, Fingerprint, Manifest, WaitRecord } from './records.ts';

/** What a person asked for. */
export interface PlanRequest {
  readonly pipeline: string;
  /** Empty: all. */
  readonly tasks: readonly string[];
  readonly range: DateRange;
  /** Values of settings and of non-time keys, canonical. */
  readonly params: Readonly<Record<string, Scalar>>;
  /** Values given for time keys by their own flag, for example `--half 2020-12-01`. */
  readonly times: Readonly<Record<string, DateRange>>;
  readonly rebuild: Rebuild;
  readonly downstream: boolean;
  /** The instant that it is asked as of, as typed, where that is not the clock's: whatever asks it again says so too. */
  readonly now?: string;
  /** Exactly these, whatever `range` says, of the tasks and params beside. */
  readonly instances?: readonly InstanceId[];
  /** A tick's question, which the range gives way to. */
  readonly due?: DueRequest;
}

/** Whatever has become due lately, and what has failed and is open, newest first. */
export interface DueRequest {
  /** By task, those that are asked for: what became due after this instant (ISO). */
  readonly since: Readonly<Record<string, string>>;
  /** Open failures: in scope until they are closed, however long ago they were due. */
  readonly failures: readonly InstanceId[];
}

/** Which partitions: by their period's last day. `latest`: each task's own newest that is due. */
export type DateRange =
  | { readonly kind: 'latest' }
  | { readonly kind: 'today' }
  | { readonly kind: 'single'; readonly value: string }
  | { readonly kind: 'range'; readonly from: string; readonly to: string };

/** What is done again: missing and failed, what `--rebuild` adds to that, or only what `--only` lists. */
export interface Rebuild {
  readonly missing: boolean;
  readonly failed: boolean;
  readonly stale: boolean;
  readonly all: boolean;
  /** A run: of `all`, what was made since it began is made. So a rebuild that was stopped goes on. */
  readonly since?: string;
}

/** One need of one instance, bound to the instances it reads. */
export interface BoundNeed {
  readonly name: string;
  readonly task: string;
  readonly pipeline: string;
  readonly foreign: boolean;
  readonly optional: boolean;
  readonly select: 'same' | 'window' | 'latest' | 'offset' | 'within' | 'around';
  readonly members: readonly InstanceId[];
  /** Laid straight into `/inputs/<name>`: there can only be one, by the rule's form. */
  readonly single: boolean;
  /** Members that must be there, of `positions`. */
  readonly atLeast: number;
  /** Written in the file: then skipped and lost members are not forgiven. */
  readonly atLeastWritten: boolean;
  /** How many positions the rule asked for, those before `start` included. */
  readonly positions: number;
  /** How many of `members` each existing position has, in order; absent: one each. */
  readonly perPosition?: readonly number[];
}

/** An instance in a plan. */
export interface PlannedInstance {
  readonly id: InstanceId;
  readonly pipeline: string;
  readonly task: string;
  /** Keys in canonical text; no settings. */
  readonly keys: Readonly<Record<string, string>>;
  /** The params the task sees, typed: keys and settings. */
  readonly params: Readonly<Record<string, Scalar>>;
  readonly matrix: Readonly<Record<string, Scalar>>;
  readonly period?: Period;
  /** ISO instant. */
  readonly dueAt?: string;
  /** ISO instant: when somebody is told that it is not there; absent where its task has none. */
  readonly deadlineAt?: string;
  /** It was asked for, and what it reads was not there yet. */
  readonly wait?: WaitRecord;
  /** ISO instant: when a tick asks again; a person's run asks at once. */
  readonly nextAskAt?: string;
  readonly state: State;
  /** In words: "due 18:00, in 2 h", "by prices", "on another machine". */
  readonly reason: string;
  readonly needs: readonly BoundNeed[];
  /** Asked for, or only needed by something that was. */
  readonly asked: boolean;
  readonly neededBy?: InstanceId;
  /** This run executes it (or decides about it when its turn comes). */
  readonly action: Action;
  /** What stands in the store, whatever the state says of it; absent: nothing that counts. */
  readonly committed?: 'succeeded' | 'skipped';
  /** A publication of it is pending. */
  readonly unpublished?: true;
  /** The manifest's ETag, where there is one. */
  readonly manifestEtag?: string;
  readonly fingerprint?: Fingerprint;
  /** Stands for legs that are not known yet. */
  readonly placeholder?: true;
}

export type Action =
  /** Nothing to do, or nothing that can be done. */
  | 'none'
  /** Run it. */
  | 'run'
  /** A placeholder: its legs stand in its place as soon as its sources are done. */
  | 'expand'
  /** Stale only if what it reads has changed: decided when its turn comes. */
  | 'compare'
  /** Committed, its publication is not: copy again, run nothing. */
  | 'publish';

/** Something may be made anew: what reads it may change. */
export function mayMake(action: Action | undefined): boolean {
  return action === 'run' || action === 'compare' || action === 'expand';
}

/** What was asked for, is there, and was made by something else than what is written now: it is left so. */
export interface LeftStale {
  readonly instances: readonly InstanceId[];
  /** Only some of what was asked for was looked at. */
  readonly atLeast: boolean;
  /** In words, each once. */
  readonly reasons: readonly string[];
  /** `top=20`: settings that were given, and that nothing asked for is or will be made with. */
  readonly unused: readonly string[];
  /** Some of it, or all, for what it is made from: that is stale itself and was not asked for. */
  readonly above?: true;
  /** The words that make all of it anew, where those that were typed with `--rebuild stale` do not. */
  readonly command?: readonly string[];
}

export interface Plan {
  readonly pipeline: string;
  readonly request: PlanRequest;
  /** ISO instant that it answers for. */
  readonly at: string;
  /**
   * Every one after all it needs: what was asked for, what that needs and is not done, and hooks last. A member
   * of a need that is not among them is done, or another pipeline's.
   */
  readonly instances: readonly PlannedInstance[];
  readonly counts: Readonly<Partial<Record<State, number>>>;
  /** Placeholders are in it: counts are lower bounds. */
  readonly atLeast: boolean;
  /** Things to say before anything runs, for example changed key names. */
  readonly warnings: readonly string[];
  readonly stale?: LeftStale;
}

/** A stretch of one task's partitions to list. Bounds are partitions, inclusive, as they are stored. */
export interface ListingRange {
  readonly pipeline: string;
  readonly task: string;
  readonly from?: string;
  readonly to?: string;
  /** Partitions about a page apart, ascending: what lies between two of them may be listed at once. */
  readonly splits?: readonly string[];
  /** The task's key names: where the recorded ones differ, all its manifests are wanted, to say how many are left. */
  readonly keys?: readonly string[];
}

export interface HeldClaim {
  readonly run: string;
  /** Where that run is. */
  readonly host?: string;
}

/** What the ledger knows about the instances that a plan touches. */
export interface Knowledge {
  readonly storeId: string;
  /** ETags of manifests, by instance: done-ness by listing. */
  readonly manifests: ReadonlyMap<InstanceId, string>;
  /** Manifests of the instances that are marked under `exceptions/`. */
  readonly exceptions: ReadonlyMap<InstanceId, Manifest>;
  readonly failures: ReadonlyMap<InstanceId, FailureRecord>;
  /** Open ones; one without a last ask says only that its deadline was told. */
  readonly waits: ReadonlyMap<InstanceId, WaitRecord>;
  /** In the hand of a run that is alive. */
  readonly claims: ReadonlyMap<InstanceId, HeldClaim>;
  /** Instances with a pending publication. */
  readonly publications: ReadonlySet<InstanceId>;
  /** Read only when staleness is asked for. */
  readonly contents: ReadonlyMap<InstanceId, Manifest>;
  /** Recorded key names by `pipeline/task`. */
  readonly taskKeys: ReadonlyMap<string, readonly string[]>;
}

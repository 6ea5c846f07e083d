import type { InstanceId } from '../../model/partition.ts';
import type { BoundNeed } from '../../model/plan.ts';
import type { ReportState } from '../../model/state.ts';
import type { Fate } from '../../plan/states/judge.ts';
import type { Share } from './gate.ts';
import type { AbsentMember } from './needs.ts';

export interface ProgressInput {
  readonly nodes: readonly ProgressNode[];
  /** Follow when all else is settled, if anything ran. */
  readonly hooks: readonly HookNode[];
  readonly concurrency: number;
}

/** One instance as the machine sees it. The order of the nodes is the order in which they are preferred. */
export interface ProgressNode {
  readonly id: InstanceId;
  readonly needs: readonly BoundNeed[];
  /** Known before anything runs; absent: to be decided here. */
  readonly settled?: {
    readonly state: ReportState;
    readonly reason: string;
    /** How it stands for those that need it, whatever the state says: an earlier result, or an earlier skip. */
    readonly fate?: Fate;
  };
  /** Has no container: it is done when its needs are. */
  readonly wrapper: boolean;
  /** Stands for legs that are not known yet: when its needs are there, it asks to be replaced. */
  readonly placeholder?: boolean;
  readonly continueOnError: boolean;
  readonly shares: readonly Share[];
  /** Instances of one task under `fail-fast`, whatever their date and leg: one's failure cancels the others. */
  readonly failFastGroup?: string;
  /** Once it is ready it is kept back until `opened`. */
  readonly held?: true;
}

export interface HookNode {
  readonly id: InstanceId;
  /** Other hooks that come before it. */
  readonly after: readonly InstanceId[];
  readonly continueOnError: boolean;
  readonly shares: readonly Share[];
}

export type ProgressEvent =
  | {
      readonly type: 'finished';
      readonly id: InstanceId;
      readonly state: ReportState;
      readonly reason: string;
      /** Its container was started: hooks have something to follow. */
      readonly ran: boolean;
      /** A wait that also those for whom it is optional sit out. */
      readonly awaited?: boolean;
    }
  /** Gives its place back until `retry-due`; `failed`: a try of its own went wrong. */
  | { readonly type: 'resting'; readonly id: InstanceId; readonly failed: boolean }
  | { readonly type: 'retry-due'; readonly id: InstanceId }
  /**
   * Instances that nobody knew of before: each after all it needs, and before any hook. They stand in the place of
   * the placeholders in `replaced`; `needs` are those, as they read now, of all that needed one of these.
   */
  | {
      readonly type: 'grown';
      readonly nodes: readonly ProgressNode[];
      readonly replaced: readonly InstanceId[];
      readonly needs: ReadonlyMap<InstanceId, readonly BoundNeed[]>;
    }
  /** From now on so many at once; 0 starts nothing. What runs goes on. */
  | { readonly type: 'paced'; readonly concurrency: number }
  /** What was held is let through. */
  | { readonly type: 'opened' }
  /** From now on so much of one limit, by the name of its shares. What runs goes on. */
  | { readonly type: 'limited'; readonly share: string; readonly capacity: number }
  /** These are not tried any more: each is settled so, unless it runs or is settled already. */
  | { readonly type: 'given-up'; readonly instances: readonly GivenUp[] }
  /** Nothing starts any more but hooks. */
  | { readonly type: 'interrupted' }
  /** Engine or store are out of reach: nothing starts any more at all. */
  | { readonly type: 'halted'; readonly reason: string };

export interface GivenUp {
  readonly id: InstanceId;
  readonly state: Extract<ReportState, 'failed' | 'waiting' | 'cancelled'>;
  readonly reason: string;
}

export interface Settled {
  readonly id: InstanceId;
  readonly state: ReportState;
  readonly reason: string;
  readonly blockedBy: readonly InstanceId[];
  readonly raises: boolean;
}

/** What follows from an event. */
export interface Step {
  readonly start: readonly { readonly id: InstanceId; readonly absent: readonly AbsentMember[] }[];
  /** Placeholders to replace, by `grown`, or to end, by `finished`. */
  readonly expand: readonly InstanceId[];
  /** Running ones to stop; each still reports its end. */
  readonly cancel: readonly InstanceId[];
  /** Every instance appears in this exactly once over the life of the machine; a placeholder that is replaced never. */
  readonly settled: readonly Settled[];
  /** Nothing runs, rests or waits: the last step. */
  readonly ended: boolean;
}

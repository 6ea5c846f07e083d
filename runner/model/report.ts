import type { Cause } from './cause.ts';
import type { LeftStale } from './plan.ts';
import type { EarlierTry } from './records.ts';
import type { InstanceId } from './partition.ts';
import type { Outcome, ReportState } from './state.ts';

export interface ReportInstance {
  readonly id: InstanceId;
  readonly task: string;
  readonly state: ReportState;
  readonly reason: string;
  readonly attempt?: string;
  readonly seconds?: number;
  readonly exitCode?: number;
  readonly cause?: Cause;
  /** Before `attempt`, in this run. */
  readonly earlier?: readonly EarlierTry[];
  /** Masked; of a failure. */
  readonly lastLines?: readonly string[];
  /** Its failure raises neither alert nor exit status. */
  readonly continueOnError?: boolean;
  /** It has files to get. */
  readonly hasFiles?: boolean;
  /** Not asked for itself: what was asked for needed it, or could have used it. */
  readonly added?: boolean;
  /** It keeps the run from success: not what `continue-on-error` forgives or blocks. */
  readonly raises?: boolean;
  /** It follows the run: what is planned again does not include it. */
  readonly hook?: boolean;
  /** For a blocked one: the instances whose failure is the first cause. */
  readonly blockedBy?: readonly InstanceId[];
}

/** What a run came to. */
export interface Report {
  readonly run: string;
  readonly pipeline: string;
  /** The backfill that it worked on. */
  readonly backfill?: string;
  readonly outcome: Outcome;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly counts: Readonly<Partial<Record<ReportState, number>>>;
  readonly instances: readonly ReportInstance[];
  /** 0, 1, 3, 4 or 130, as the design's table says. */
  readonly exitStatus: number;
  /** Of what was asked for, and left as it is. */
  readonly stale?: LeftStale;
  /** Published files, by path below `published/`. */
  readonly published: readonly string[];
}

/** What a tick came to in one pipeline: without `run` nothing had to be done, or it was only asked what would be. */
export type TickReport = Omit<Report, 'run'> & { readonly run?: string };

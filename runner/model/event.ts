import type { Cause } from './cause.ts';
import type { InstanceId } from './partition.ts';
import type { Plan, PlannedInstance } from './plan.ts';
import type { SlotKind } from './slot.ts';
import type { Report, ReportInstance } from './report.ts';

/** What happens in a run, in order. Terminal, logs, run record and notifier read this; none can fail the run. */
export type RunEvent =
  | { readonly type: 'run-started'; readonly run: string; readonly at: string; readonly plan: Plan }
  /** Legs that are known now stand in the place of what the plan had for them. */
  | {
      readonly type: 'plan-grown';
      readonly added: readonly PlannedInstance[];
      readonly replaced: readonly InstanceId[];
    }
  | {
      readonly type: 'instance-started';
      readonly id: InstanceId;
      readonly attempt: string;
      readonly at: string;
      /** From past durations, where known. */
      readonly estimateSeconds?: number;
    }
  /** Pull and build, told once however many wait. */
  | {
      readonly type: 'image-progress';
      readonly image: string;
      readonly message: string;
      readonly fraction?: number;
      readonly done: boolean;
    }
  /** A masked line, without its newline. */
  | {
      readonly type: 'log';
      readonly id: InstanceId;
      readonly attempt: string;
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
    }
  | {
      readonly type: 'retry-scheduled';
      readonly id: InstanceId;
      readonly attempt: string;
      readonly cause: Cause;
      readonly afterSeconds: number;
    }
  /** It is not there after its deadline: told once for an instance, by whichever run comes first. */
  | {
      readonly type: 'deadline-passed';
      readonly id: InstanceId;
      readonly at: string;
      readonly deadlineAt: string;
      readonly reason: string;
    }
  /** It failed, and comes again when nothing else is left. */
  | { readonly type: 'put-back'; readonly id: InstanceId; readonly attempt: string; readonly cause: Cause }
  /** Of a backfill: so many at once from here on, or a word on how it goes. */
  | { readonly type: 'paced'; readonly concurrency: number; readonly message?: string }
  | { readonly type: 'waiting-on-claim'; readonly id: InstanceId; readonly run: string }
  /** Other runs have all of it. */
  | {
      readonly type: 'waiting-on-pool';
      readonly id: InstanceId;
      readonly kind: SlotKind;
      readonly name: string;
      /** One of the runs that have it. */
      readonly by?: string;
    }
  | { readonly type: 'instance-finished'; readonly at: string; readonly result: ReportInstance }
  | { readonly type: 'warning'; readonly message: string; readonly id?: InstanceId }
  | { readonly type: 'interrupted'; readonly stage: 1 | 2; readonly signal: string }
  | { readonly type: 'run-finished'; readonly at: string; readonly report: Report };

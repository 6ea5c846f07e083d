import type { Cause } from '../../model/cause.ts';
import type { Pipeline, Task } from '../../model/pipeline.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import type { ClaimRecord } from '../../model/records.ts';
import type { SlotWant } from '../../model/slot.ts';
import type { Emit } from '../events.ts';
import type { Masker } from '../log/mask.ts';
import type { AbsentMember } from '../progress/needs.ts';
import type { RetryDecision } from '../progress/retry.ts';
import type { RunEnvironment } from '../run-environment.ts';

/** What an instance's job is made of; enough to say it without running it. */
export interface Subject {
  readonly planned: PlannedInstance;
  readonly task: Task;
  /** `<run>-<n>` */
  readonly attempt: string;
  /** What it does without. */
  readonly absent: readonly AbsentMember[];
  readonly environment: Pick<
    RunEnvironment,
    'run' | 'ledger' | 'pipelines' | 'project' | 'projectRoot' | 'secrets' | 'sources' | 'expressions'
  >;
}

/** One try at one instance: all that its steps read. */
export interface Work extends Subject {
  readonly pipeline: Pipeline;
  readonly environment: RunEnvironment;
  readonly masker: Masker;
  readonly emit: Emit;
  /** What it takes while it runs of pools and groups. */
  readonly slots: readonly SlotWant[];
  /** Another run had it in hand, or all of a pool: its result may be there by now. */
  readonly waited: boolean;
  /** False: others may hold this run for dead, and nothing of it may count any more. Costs no request. */
  readonly isAlive: () => boolean;
  /** Whether a failure is followed by another try. */
  readonly decideRetry: (failure: AttemptFailure) => RetryDecision;
}

export interface AttemptFailure {
  readonly cause: Cause;
  readonly exitCode?: number;
  readonly lastLines: readonly string[];
  /** The store itself is out of reach: nothing else will fare better. */
  readonly storeLost: boolean;
}

/** What ran, as far as it did. */
export interface Execution {
  readonly seconds: number;
  readonly exitCode?: number;
}

export type AttemptOutcome =
  | { readonly kind: 'succeeded'; readonly ran: Execution; readonly published: readonly string[] }
  /** Committed, and then the copies failed. */
  | { readonly kind: 'unpublished'; readonly ran?: Execution; readonly cause: Cause }
  /** Its publication was pending and is done now; nothing ran. */
  | { readonly kind: 'republished'; readonly attempt: string; readonly published: readonly string[] }
  /** Another run's result stands there. */
  | {
      readonly kind: 'taken';
      readonly state: 'done' | 'skipped';
      readonly attempt: string;
      readonly run: string;
      readonly reason?: string;
    }
  | { readonly kind: 'unchanged'; readonly attempt: string }
  | { readonly kind: 'skipped'; readonly reason: string; readonly ran?: Execution }
  | { readonly kind: 'waiting'; readonly reason: string; readonly ran?: Execution }
  /** Something it reads is not there any more; the next run makes that anew. */
  | { readonly kind: 'blocked'; readonly reason: string }
  /** Its own objects are not there any more; the next run makes it anew. */
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'held'; readonly by: ClaimRecord }
  /** Other runs have all of a pool, one of them is `by`. */
  | { readonly kind: 'crowded'; readonly want: SlotWant; readonly by?: string }
  | { readonly kind: 'cancelled'; readonly reason: string; readonly ran?: Execution }
  | {
      readonly kind: 'retry';
      readonly failure: AttemptFailure;
      readonly afterSeconds: number;
      readonly ran?: Execution;
    }
  | { readonly kind: 'put-back'; readonly failure: AttemptFailure; readonly ran?: Execution }
  | { readonly kind: 'failed'; readonly failure: AttemptFailure; readonly ran?: Execution };

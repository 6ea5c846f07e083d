import type { Definition } from './definition.ts';
import type { PlanRequest } from './plan.ts';
import type { Outcome, ReportState } from './state.ts';

/** How a backfill goes about it, as it was asked. */
export interface BackfillRules {
  readonly order: 'newest' | 'oldest';
  /** At most so many at once; absent: by the project's. */
  readonly concurrency?: number;
  readonly canary: number;
  readonly maxFailures?: number;
}

/** `backfills/<id>.json`: a run over a range, that others may look at, cancel, and go on with. */
export interface BackfillRecord {
  readonly schema: number;
  /** The id of its first run. */
  readonly backfill: string;
  readonly pipeline: string;
  readonly request: PlanRequest;
  readonly rules: BackfillRules;
  /** What was written of its tasks when it was planned last. */
  readonly definition: Definition;
  /** Those that worked on it, the newest last. */
  readonly runs: readonly string[];
  /** So many instances were to do at its beginning. */
  readonly planned: number;
  readonly startedAt: string;
  /** Somebody asked it to stop: it does as soon as it sees this. */
  readonly cancelled?: { readonly at: string; readonly by: string };
  /** Of the newest run, once it has ended. */
  readonly finishedAt?: string;
  readonly outcome?: Outcome;
  readonly counts?: Readonly<Partial<Record<ReportState, number>>>;
  readonly nonce: string;
}

import type { Ledger } from '../ledger/ledger.ts';
import type { InstanceId } from '../model/partition.ts';
import type { Plan } from '../model/plan.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { ProcessIdentity } from '../model/records.ts';
import type { Clock, Engine, Reporter, Sources } from '../ports.ts';
import type { Expressions } from './expressions.ts';
import type { Pacer } from './pace/pacer.ts';

/** All that a run touches; handed in, so that a dry run or a test is the same run with other parts. */
export interface RunEnvironment {
  /** The run's id. */
  readonly run: string;
  readonly process: ProcessIdentity;
  /** By name: the plan's own and those it needs. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  /** Absolute; `files` and Dockerfiles are relative to it. */
  readonly projectRoot: string;
  /** The project's name: what is built is labelled with it. */
  readonly project: string;
  /** Slots by pool. */
  readonly pools: Readonly<Record<string, number>>;
  readonly concurrency: number;
  /** Of a backfill: its order, and how fast it goes; never more at once than `concurrency`. */
  readonly pacer?: Pacer;
  /** Where something outside says how fast to go: never more at once than `concurrency`. */
  readonly pace?: Pace;
  /**
   * The plan anew, with legs in the place of these placeholders, whose sources are done by now. Without it they
   * stay unknown.
   */
  readonly expand?: (placeholders: readonly InstanceId[]) => Promise<Plan>;
  /** Default: wait. */
  readonly onHeld?: OnHeld;
  readonly ledger: Ledger;
  readonly engine: Engine;
  /** What others make; absent: nothing looks at it, and it stays `waiting`. */
  readonly sources?: Sources;
  readonly clock: Clock;
  /** What time it is for what may still come, where that is not the clock's: milliseconds since the epoch. */
  readonly nowMs?: () => number;
  /** Milliseconds since some moment: goes on while the machine sleeps, and is set by nobody. */
  readonly elapsed: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly reporters: readonly Reporter[];
  /** Values by name: given to the tasks that list them, masked everywhere. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly interrupt: Interrupt;
  /** Someone looks on: log lines are told as events while they are written. */
  readonly watched: boolean;
  readonly expressions: Expressions;
  /** Told the stack of what is a mistake of ours: its instance fails, and says it in a line. */
  readonly onDefect?: (stack: string) => void;
}

/** A limit that changes while the run goes on. */
export interface Pace {
  /** So many at once; 0 starts nothing. */
  readonly concurrency: () => number;
  /** Calls back after each change. Returns what ends that. */
  readonly onChange: (listener: () => void) => () => void;
}

/** What becomes of an instance that another live run has in hand: this run waits for its result, or moves on. */
export type OnHeld = 'wait' | 'leave';

/** The reason of each signal is the system signal's name. */
export interface Interrupt {
  /** The first: stop starting, stop containers, record, exit. */
  readonly signal: AbortSignal;
  /** The second: leave everything as it is. */
  readonly hard: AbortSignal;
}

import type { HeartbeatTimes } from '../model/heartbeat.ts';
import type { InstanceId } from '../model/partition.ts';
import type { Knowledge, ListingRange } from '../model/plan.ts';
import type {
  ByHand,
  ClaimRecord,
  FailureRecord,
  HeartbeatRecord,
  LastAsk,
  Manifest,
  PipelineRecord,
  RunRecord,
  SlotRecord,
  WaitRecord,
  TickRecord,
} from '../model/records.ts';
import type { SlotWant } from '../model/slot.ts';
import type { ObjectStore } from '../ports.ts';
import type { PassBy } from './records/damage.ts';

/** A manifest with the ETag it was read at. */
export interface StoredManifest {
  readonly manifest: Manifest;
  readonly etag: string;
  /** By the store's clock: since when it stands. */
  readonly modifiedAt: string;
}

export type CommitResult =
  | { readonly kind: 'committed'; readonly etag: string }
  /** Another's manifest stands there: take it, drop the attempt. */
  | { readonly kind: 'lost'; readonly winner: StoredManifest };

export type ClaimResult =
  { readonly kind: 'claimed'; readonly claim: Claim } | { readonly kind: 'held'; readonly by: ClaimRecord };

/** Proof of a slot: needed to give it back. */
export interface Slot {
  readonly key: string;
  readonly record: SlotRecord;
  readonly etag: string;
}

export type SlotsResult =
  | { readonly kind: 'taken'; readonly slots: readonly Slot[] }
  /** Live runs have what this one would need, the first of its wants; `by` is one of them. */
  | { readonly kind: 'full'; readonly want: SlotWant; readonly by?: string };

/** Proof of a claim: needed to release it. */
export interface Claim {
  readonly record: ClaimRecord;
  readonly etag: string;
}

/**
 * `finished`: its record says so. `dead`: its process is known to be gone, or its heartbeat has stopped. Neither
 * ends again, whatever the run does later.
 */
export type Liveness = 'live' | 'finished' | 'dead';

/** A heartbeat as it was last written: the next is written over exactly this. */
export interface Beat {
  readonly record: HeartbeatRecord;
  readonly etag: string;
}

export interface GcOptions {
  /** Seconds since supersession before objects may go. */
  readonly graceSeconds: number;
  /** So many of an instance's newest superseded attempts stay, however long ago they were replaced; default 0. */
  readonly keep?: number;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

/** Attempts that no manifest names and that stay, by why. */
export interface GcKept {
  /** Within the grace. */
  young: number;
  /** Of a run that lives, or of an instance that one works on. */
  inHand: number;
  /** By `GcOptions.keep`. */
  asked: number;
}

export interface GcReport {
  readonly kept: Readonly<GcKept>;
  readonly attemptsRemoved: readonly string[];
  readonly objectsRemoved: number;
  readonly bytesFreed: number;
  readonly recordsRemoved: number;
  /** Damaged records, each in words: what belongs to their instances was left alone. */
  readonly problems: readonly string[];
}

export interface PipelineClaim {
  readonly pipeline: string;
  readonly project: string;
  readonly run: string;
  /** ISO instant. */
  readonly since: string;
  readonly adopt: boolean;
}

/** An ask that ended with "not yet". */
export interface Ask extends LastAsk {
  readonly instance: InstanceId;
  readonly over: string | null;
}

export interface PassedDeadline {
  readonly instance: InstanceId;
  readonly over: string | null;
  /** ISO instant: when it is told. */
  readonly at: string;
}

/** All that sluice records in a store. Every failure is a `StoreError`. */
export interface Ledger {
  readonly store: ObjectStore;
  readonly storeId: string;
  /** Undefined also where the record is broken: it is named (`LedgerOptions.onDamage`), and what is read goes on without it. */
  readonly passBy: PassBy;

  readKnowledge(
    ranges: readonly ListingRange[],
    options: {
      readonly contents: boolean;
      /** Without `contents`: only the manifests of these are read too; one that is damaged is passed by. */
      readonly glance?: ReadonlySet<InstanceId>;
      readonly signal?: AbortSignal;
    },
  ): Promise<Knowledge>;

  /** `StoreError('store-corrupt')` names a manifest that is not whole or not of this instance. */
  readManifest(id: InstanceId): Promise<StoredManifest | undefined>;

  /**
   * One conditional write over `over` (an ETag, or null for absence). The mark under `exceptions/` is written
   * before a manifest that is not a plain result, and removed after a plain one has replaced such.
   */
  commitManifest(manifest: Manifest, over: string | null): Promise<CommitResult>;

  /**
   * The same result under a fresh etag, with what is said of it beside what it is: whoever holds the etag before can't
   * commit over it any more, and whoever has seen it then has seen this.
   */
  refreshManifest(
    stored: StoredManifest,
    changes?: Pick<Manifest, 'supersededAttempts'> & Partial<Pick<Manifest, 'published' | 'fingerprint'>>,
  ): Promise<CommitResult>;

  /** Compare-and-swap to a void manifest with a fresh nonce; whoever held the old ETag can't commit any more. */
  voidManifest(
    id: InstanceId,
    over: StoredManifest | null,
    reason: string,
    run: string,
    by?: ByHand,
  ): Promise<CommitResult>;

  /**
   * For whoever did not find an object that the manifest names. `gone`: not all of them are there, and the manifest
   * is void from here on (`OBJECTS_GONE`). `there`: all of them are listed. `replaced`: another attempt's result
   * stands there by now, or none.
   */
  confirmGone(id: InstanceId, attempt: string): Promise<'gone' | 'there' | 'replaced'>;

  /**
   * One request where nobody competes. Over a run that is finished or dead by a conditional overwrite; the same run
   * may claim again.
   */
  claim(id: InstanceId, attempt: string, run: string): Promise<ClaimResult>;
  /** Only what is still ours: a run that was thought dead does not free its successor's claim. */
  release(claim: Claim): Promise<void>;
  /** All of them or none; over slots of runs that are over by a conditional overwrite. Never waits. */
  takeSlots(wants: readonly SlotWant[], instance: InstanceId, run: string): Promise<SlotsResult>;
  releaseSlots(slots: readonly Slot[]): Promise<void>;
  /** By the store's clock, never by ours. */
  liveness(run: string): Promise<Liveness>;
  readonly heartbeat: HeartbeatTimes;
  /**
   * Shows that the run lives: the first time before its first claim, then every `heartbeat.everySeconds`. Undefined:
   * the heartbeat is gone or another's, so others may hold the run for dead.
   */
  beat(run: string, last: Beat | undefined, signal?: AbortSignal): Promise<Beat | undefined>;

  recordFailure(failure: FailureRecord): Promise<void>;
  /** After a commit: removes what it has closed, never one of whoever has started over that very commit since. */
  closeFailure(id: InstanceId): Promise<void>;
  /** Whatever it started over: for whoever takes away what was committed, under its claim. */
  forgetFailure(id: InstanceId): Promise<void>;
  readFailure(id: InstanceId): Promise<FailureRecord | undefined>;
  /** Open ones: those whose `over` is still the committed attempt. */
  openFailures(pipeline?: string): Promise<readonly FailureRecord[]>;

  /** One more ask was answered "not yet". */
  recordWait(ask: Ask): Promise<WaitRecord>;
  /** True for exactly one of all who say it of an instance: it is told then, and never again. */
  tellDeadline(deadline: PassedDeadline): Promise<boolean>;
  /** `by` a failure the asks are forgotten, not that the deadline was told. */
  closeWait(id: InstanceId, by: 'result' | 'failure' | 'clear'): Promise<void>;
  readWait(id: InstanceId): Promise<WaitRecord | undefined>;
  /** Open ones, of which somebody has asked. */
  openWaits(pipeline?: string): Promise<readonly WaitRecord[]>;

  startRun(record: RunRecord): Promise<void>;
  /** Replaces this process's own record. */
  updateRun(record: RunRecord): Promise<void>;
  readRun(run: string): Promise<RunRecord | undefined>;
  /** Newest first. */
  listRuns(options: { readonly pipeline?: string; readonly limit: number }): Promise<readonly RunRecord[]>;

  /** Bounded and masked by the caller. */
  writeLog(
    run: string,
    id: InstanceId,
    attempt: string,
    log: AsyncIterable<Uint8Array> | Uint8Array,
  ): Promise<void>;
  readLog(run: string, id: InstanceId, attempt: string): Promise<AsyncIterable<Uint8Array> | undefined>;

  /** Written before the manifest of an instance that publishes. */
  beginPublication(id: InstanceId, attempt: string): Promise<void>;
  /**
   * Copies what the manifest names to `published/`, re-reads the manifest, repeats until it names what was
   * published, then removes the pending record: that of `own` too, an attempt that has lost. Returns the paths below
   * `published/`. `StoreError('path-taken')` names the other instance whose path it is, unless that `isRetired`: it
   * can't publish again.
   */
  publish(
    id: InstanceId,
    own?: string,
    isRetired?: (instance: InstanceId) => boolean,
  ): Promise<readonly string[]>;

  readTaskKeys(pipeline: string, task: string): Promise<readonly string[] | undefined>;
  recordTaskKeys(pipeline: string, task: string, keys: readonly string[]): Promise<void>;

  /** Whose a pipeline's results are; undefined: nobody's yet. */
  readOwner(pipeline: string): Promise<PipelineRecord | undefined>;
  /**
   * Makes the pipeline the project's where it is nobody's, of several at once one's; with `adopt` also where it is
   * another's. What stands then is returned: another's project, where that was first.
   */
  claimPipeline(claim: PipelineClaim): Promise<PipelineRecord>;

  /** The last tick of a pipeline that came to its end. */
  readTick(pipeline: string): Promise<TickRecord | undefined>;
  /** Of two that end at once, whichever was later in beginning stays. */
  recordTick(tick: Omit<TickRecord, 'schema' | 'nonce'>): Promise<void>;

  gc(options: GcOptions): Promise<GcReport>;
}

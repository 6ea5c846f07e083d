import type { Cause } from './cause.ts';
import type { StoredObject } from './job.ts';
import type { InstanceId, PartitionKey } from './partition.ts';
import type { External } from './source.ts';
import type { Scalar } from './pipeline.ts';
import type { Period } from './time.ts';
import type { ReportState, Outcome } from './state.ts';

/** The version of everything sluice writes into a store. A newer one is refused by name. */
export const STORE_SCHEMA = 1;

/** `store.json` */
export interface StoreRecord {
  readonly schema: number;
  readonly id: string;
  /** The id of the store that this one was copied from. */
  readonly copiedFrom?: string;
}

/** `tasks/<pipeline>/<task>.json` */
export interface TaskRecord {
  readonly schema: number;
  readonly keys: readonly string[];
}

/** Each part of what made a result, hashed apart so that a difference can be named. */
export const FINGERPRINT_PARTS = [
  'script',
  'image',
  'files',
  'env',
  'settings',
  'shell',
  'user',
  'outputs',
  'needs',
] as const;

export type FingerprintPart = (typeof FINGERPRINT_PARTS)[number];

export type Fingerprint = Readonly<Record<FingerprintPart, string>>;

export interface ManifestInput {
  /** The need's name. */
  readonly need: string;
  readonly instance: InstanceId;
  readonly attempt: string;
  /** Of the upstream's paths, sha256s and values: equal content, equal digest. */
  readonly contentDigest: string;
}

/** What a person did in the place of a run. */
export interface ByHand {
  readonly how: 'skip' | 'put' | 'clear' | 'publish';
  readonly who: string;
  readonly when: string;
  /** Why, in that person's words. */
  readonly reason?: string;
}

/** `manifests/<pipeline>/<task>/<partition>.json`: the record that makes an attempt's outputs *the* outputs. */
export interface Manifest {
  readonly schema: number;
  readonly instance: InstanceId;
  readonly partition: readonly PartitionKey[];
  /** The span that it stands for; of one without a time key, or made before this was recorded, absent. */
  readonly period?: Period;
  /** `void`: fenced by gc or cleared; not done. */
  readonly outcome: 'succeeded' | 'skipped' | 'void';
  /** Why skipped or void. */
  readonly reason?: string;
  readonly attempt: string;
  readonly run: string;
  readonly fingerprint: Fingerprint;
  /** Settings' values, so that a difference can be said. */
  readonly settings: Readonly<Record<string, Scalar>>;
  readonly inputs: readonly ManifestInput[];
  readonly objects: readonly StoredObject[];
  /** Of an external task: what it was when it was ready. Its bytes stay where they are. */
  readonly external?: External;
  readonly values: Readonly<Record<string, string>>;
  /** Of objects, those of `external` too, and values. */
  readonly contentDigest: string;
  /** Optional needs that were absent: the instances that would have been read. */
  readonly omitted: readonly { readonly need: string; readonly instance: InstanceId }[];
  readonly published: readonly { readonly path: string; readonly to: string; readonly newest: boolean }[];
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly exitCode?: number;
  readonly imageDigest?: string;
  readonly engine?: string;
  readonly superseded?: { readonly attempt: string; readonly at: string };
  /** Earlier attempts whose objects gc has not yet collected. */
  readonly supersededAttempts?: readonly { readonly attempt: string; readonly at: string }[];
  /**
   * The etags under which the same result stood before its record was only written anew (gc's fence), latest last:
   * whoever has seen one of these has seen this result. No clock says so.
   */
  readonly refreshed?: readonly string[];
  /** A person decided it or brought it: no script made it. */
  readonly by?: ByHand;
  /** Fresh at every write: equal content must not mean an equal ETag. */
  readonly nonce: string;
}

/** Why a manifest is void whose objects somebody removed: told as the reason why the instance is missing. */
export const OBJECTS_GONE = 'objects gone';

/** `failures/<pipeline>/<task>/<partition>.json`: open while `over` is still the committed attempt. */
export interface FailureRecord {
  readonly schema: number;
  readonly instance: InstanceId;
  readonly run: string;
  readonly attempt: string;
  readonly cause: Cause;
  readonly exitCode?: number;
  readonly lastLines: readonly string[];
  readonly startedAt: string;
  readonly finishedAt: string;
  /** The attempt that was committed when this one started; null for none. */
  readonly over: string | null;
  readonly count: number;
  readonly firstFailedAt: string;
  /** What it was made of, as far as that was known when it failed: what differs since is worth another try. */
  readonly fingerprint?: Fingerprint;
  readonly inputs?: readonly ManifestInput[];
}

/**
 * `waits/<pipeline>/<task>/<partition>.json`: somebody asked, and what it reads was not there yet (75); open while
 * `over` is still the committed attempt.
 */
export interface WaitRecord {
  readonly schema: number;
  readonly instance: InstanceId;
  /** The attempt that was committed when it was first asked; null for none. */
  readonly over: string | null;
  /** The first of these asks; of one that nobody has asked for, when its deadline was told. */
  readonly since: string;
  /** So many asks were answered "not yet". */
  readonly count: number;
  /** Absent where nobody has asked: only its deadline is told. */
  readonly lastAsk?: LastAsk;
  /** Somebody was told that the deadline has passed: once for an instance. */
  readonly deadlineToldAt?: string;
}

export interface LastAsk {
  readonly run: string;
  readonly attempt: string;
  /** When it had its answer. */
  readonly at: string;
  /** Masked. */
  readonly lastLines: readonly string[];
}

/** `claims/<pipeline>/<task>/<partition>.json` */
export interface ClaimRecord {
  readonly schema: number;
  readonly instance: InstanceId;
  readonly run: string;
  readonly attempt: string;
  /** Given back, and about to be removed: by the run that had it, or by gc. */
  readonly released?: 'run' | 'gc';
  readonly nonce: string;
}

/**
 * `publications/<pipeline>/<task>/<partition>/<attempt>.json`: written before the manifest, removed after the
 * copies. One an attempt, so that removing one never takes that of another attempt along.
 */
export interface PublicationRecord {
  readonly schema: number;
  readonly instance: InstanceId;
  readonly attempt: string;
  readonly nonce: string;
}

/**
 * `publications/_paths/<sha256 of the path>.json`: whose file stands at a published path. Written before the file
 * is, so that a publisher that was overtaken finds out and puts back what belongs there.
 */
export interface PublishedPathRecord {
  readonly schema: number;
  /** Below `published/`. */
  readonly path: string;
  readonly instance: InstanceId;
  readonly attempt: string;
  /** The object's path below the attempt's prefix. */
  readonly object: string;
  /** The value of the time key where only a later partition may follow; else empty. */
  readonly order: string;
  readonly bytes: number;
  readonly sha256: string;
  /** A program: absent for any other file. */
  readonly executable?: true;
  /** Of the attempt. */
  readonly finishedAt: string;
  /** Instances of tasks that are no more, whose path it was: their manifests still name it. */
  readonly takenOver?: readonly InstanceId[];
  readonly nonce: string;
}

/** `pipelines/<pipeline>.json`: whose results are named after it. */
export interface PipelineRecord {
  readonly schema: number;
  readonly pipeline: string;
  readonly project: string;
  /** That claimed the name, or took it over. */
  readonly run: string;
  readonly since: string;
  /** Whose it was before, where it was taken over. */
  readonly takenFrom?: string;
  readonly nonce: string;
}

/** `ticks/<pipeline>.json`: the last tick that came to its end. */
export interface TickRecord {
  readonly schema: number;
  readonly pipeline: string;
  /** When it began: all that was due by then has been asked for. */
  readonly at: string;
  /** The schedules that make something anew, by the sha256 of what is written of each. */
  readonly rebuilds: readonly ScheduledRebuild[];
  readonly nonce: string;
}

export interface ScheduledRebuild {
  readonly schedule: string;
  /** The first tick that saw it: wakes before that are not its own. */
  readonly since: string;
  /** The newest of its wakes that was answered to the end. */
  readonly served?: string;
}

/** Who runs: on the same machine a dead process is known by these. */
export interface ProcessIdentity {
  readonly bootId: string;
  readonly pid: number;
  /** From the system, so that a reused pid is not taken for the old process. */
  readonly startTime: string;
  readonly host: string;
  /** Outlives a restart: tells a machine that was restarted from another one. */
  readonly machineId?: string;
  /** Two containers on one machine have the same pids for different processes. */
  readonly pidNamespace?: string;
}

/** `runs/<run-id>/run.json` */
export interface RunRecord {
  readonly schema: number;
  readonly run: string;
  readonly pipeline: string;
  readonly request: unknown;
  readonly process: ProcessIdentity;
  readonly startedAt: string;
  /** Absent while it runs. */
  readonly finishedAt?: string;
  readonly outcome?: Outcome;
  readonly counts?: Readonly<Partial<Record<ReportState, number>>>;
  readonly instances?: readonly RunRecordInstance[];
  /** No task was run: a person did this. */
  readonly by?: ByHand;
  readonly nonce: string;
}

/** `runs/<run-id>/heartbeat.json`: its age tells whether the run lives. */
export interface HeartbeatRecord {
  readonly schema: number;
  readonly run: string;
  /** Counts on: no two beats are equal, so no two have the same ETag. */
  readonly beat: number;
  /** The same at every beat of one process. */
  readonly nonce: string;
}

/** `pools/<pool>/<n>.json` and `pools/_groups/<group>/<n>.json`: who has this slot. */
export interface SlotRecord {
  readonly schema: number;
  readonly run: string;
  readonly instance: InstanceId;
  /** Given back: free for whoever writes over it. */
  readonly released?: true;
  /** `gc` is at it: nobody takes it until the mark is old, so that no late removal takes it from a successor. */
  readonly removing?: true;
  readonly nonce: string;
}

/** A try that failed and was followed by another; its log is kept. */
export interface EarlierTry {
  readonly attempt: string;
  /** The cause in words. */
  readonly reason: string;
  readonly seconds?: number;
  readonly exitCode?: number;
}

/** In `earlier`: what was tried in the same run before, oldest first. */
export interface RunRecordInstance {
  readonly id: InstanceId;
  readonly state: ReportState;
  readonly attempt?: string;
  readonly reason: string;
  readonly seconds?: number;
  readonly exitCode?: number;
  readonly earlier?: readonly EarlierTry[];
}

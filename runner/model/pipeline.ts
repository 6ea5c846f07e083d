import type { S3Settings } from './store-ref.ts';
import type { Calendar, Moment, TimeType } from './time.ts';

export type Scalar = string | number | boolean;

/** Where something stands in a file; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A text that may hold `${{ }}`, kept as written. Evaluated by `language/expression`. */
export type Template = string;

export type Param =
  | {
      readonly kind: 'time';
      readonly name: string;
      readonly type: TimeType;
      /** Of minutes: how many a partition has. */
      readonly step?: number;
      readonly calendar?: Calendar;
      readonly start?: string;
      readonly description?: string;
    }
  | {
      readonly kind: 'plain';
      readonly name: string;
      readonly type: 'string' | 'number' | 'boolean' | 'choice';
      /** Keys identify an instance, settings only enter its fingerprint. */
      readonly key: boolean;
      readonly default?: Scalar;
      /** The values of a `choice`. */
      readonly options?: readonly string[];
      readonly description?: string;
    };

export type Image =
  /** A reference as written; may hold `${{ params… }}` or `${{ matrix… }}`. */
  | { readonly kind: 'reference'; readonly reference: Template }
  /** A Dockerfile, relative to the project root; the context is its folder. */
  | {
      readonly kind: 'dockerfile';
      readonly path: string;
      readonly buildArgs: Readonly<Record<string, string>>;
      /** The stage that is wanted; undefined: the last. */
      readonly target?: string;
      /** Of Dockerfile, context and arguments; known from planning on, so that a changed context shows. */
      readonly contentHash?: string;
    };

export interface Publish {
  /** Below `published/`. */
  readonly path: Template;
  /** Without all keys in the path: only ever replaced by a later partition. */
  readonly newest: boolean;
}

export type Output =
  | {
      readonly kind: 'path';
      /** A path or glob below `/outputs`; a trailing `/` means all below it. May use params and matrix. */
      readonly path: Template;
      readonly allowEmpty: boolean;
      readonly publish?: Publish;
    }
  | { readonly kind: 'value'; readonly name: string };

/**
 * How one task's instances are found from an instance that needs them. `spec` compiles every form of `needs`
 * to this; `plan/bind.ts` alone interprets it.
 */
export interface NeedRule {
  /** The folder below `/inputs` and the name in `needs.<name>`: `as`, else the task (foreign: `pipeline/task`). */
  readonly name: string;
  readonly target: { readonly pipeline: string; readonly task: string };
  /** Another pipeline's: only checked, never run. */
  readonly foreign: boolean;
  readonly select: Select;
  /** Non-time keys and matrix keys of the target, each with where its value comes from. */
  readonly pair: readonly KeyBinding[];
  /** The target's keys and matrix keys that take all their values. */
  readonly fanIn: readonly string[];
  readonly optional: boolean;
  /** As written; absent means every position is wanted (see the design's "What is not there"). */
  readonly atLeast?: number;
  /** `files`: laid under /inputs. `uri`: given as references. */
  readonly mode: 'files' | 'uri';
  readonly position: Position;
}

/** How the target's time key is chosen. `key` is the target's, `from` the needer's time key. */
export type Select =
  /** No time key on the target, or the same one, or set by `value` (a `params:` override). */
  | { readonly kind: 'same'; readonly key?: string; readonly from?: string; readonly value?: Template }
  /** The last `last` positions of the target's key, up to and with mine. */
  | { readonly kind: 'window'; readonly key: string; readonly from: string; readonly last: number }
  /** The newest position that was due by my due time. */
  | { readonly kind: 'latest'; readonly key: string; readonly from: string }
  /** The position `offset` steps from mine; negative is earlier. */
  | { readonly kind: 'offset'; readonly key: string; readonly from: string; readonly offset: number }
  /** All of the target's (finer) positions inside my period. */
  | { readonly kind: 'within'; readonly key: string; readonly from: string }
  /** The target's (coarser) position around my period. */
  | { readonly kind: 'around'; readonly key: string; readonly from: string };

export type KeyBinding =
  | { readonly key: string; readonly source: 'param' | 'matrix'; readonly name: string }
  | { readonly key: string; readonly source: 'value'; readonly value: Template };

export interface Retry {
  readonly maxAttempts: number;
  readonly backoffSeconds: number;
  readonly factor: number;
  readonly maxBackoffSeconds: number;
  readonly jitter: boolean;
  readonly on: readonly ('transient' | 'timeout' | 'oom' | 'any' | number)[];
}

export type MatrixLeg = Readonly<Record<string, Scalar>>;

export type Matrix =
  | {
      readonly kind: 'static';
      /** The names that identify; a leg may have more values, from `include`. */
      readonly keys: readonly string[];
      readonly legs: readonly MatrixLeg[];
    }
  /** Known only when its source is done: `${{ fromJSON(needs.list.outputs.symbols) }}`. */
  | {
      readonly kind: 'dynamic';
      readonly keys: readonly string[];
      readonly axes: Readonly<Record<string, Template>>;
    };

export interface Resources {
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly pids: number;
}

export type External =
  | { readonly kind: 'object'; readonly uri: Template }
  | { readonly kind: 'prefix'; readonly uri: Template; readonly doneFlag: string }
  | { readonly kind: 'url'; readonly url: Template };

/** A file that is laid into `/workspace` and enters the fingerprint; `path` is relative to the project root. */
export interface TaskFile {
  readonly path: string;
  readonly sha256: string;
  readonly executable: boolean;
}

export interface Task {
  readonly name: string;
  readonly position: Position;
  /** `wrapper`: neither image nor run. `hook`: its `if` calls always(), failure() or cancelled(). */
  readonly kind: 'container' | 'wrapper' | 'external' | 'hook';
  readonly description?: string;
  readonly owner?: string;
  readonly runbook?: string;
  /** The params it sees, in the pipeline's order. */
  readonly params: readonly string[];
  /** Names of the partition's keys in stored order: the time key, other keys, matrix keys. */
  readonly keys: readonly string[];
  /** The one time key among `keys`. */
  readonly timeKey?: string;
  readonly matrix?: Matrix;
  readonly maxParallel?: number;
  readonly failFast: boolean;
  readonly needs: readonly NeedRule[];
  /** Hooks: the tasks they follow. */
  readonly after: readonly string[];
  readonly if?: {
    readonly expression: string;
    /** `params`: decided when planning; `needs`: when its turn comes; `status`: a hook. */
    readonly reads: 'params' | 'needs' | 'status';
  };
  readonly image?: Image;
  readonly run?: string;
  readonly shell: string;
  readonly entrypoint?: readonly string[];
  readonly args?: readonly Template[];
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly env: Readonly<Record<string, Template>>;
  /** A reusable task's inputs, evaluated in the caller's contexts: the `inputs` context. */
  readonly inputs: Readonly<Record<string, Template>>;
  readonly secrets: readonly string[];
  readonly files: readonly TaskFile[];
  readonly outputs: readonly Output[];
  readonly network: 'bridge' | 'none';
  readonly pull: 'missing' | 'always' | 'never';
  readonly resources: Resources;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  /** Slots taken while it runs, by pool name. */
  readonly pools: Readonly<Record<string, number>>;
  /** A pool of one. */
  readonly concurrency?: Template;
  readonly timeoutSeconds: number;
  readonly continueOnError: boolean;
  readonly retry: Retry;
  readonly due?: Moment;
  readonly deadline?: Moment;
  readonly until?: Moment;
  readonly external?: External;
}

export interface Schedule {
  readonly cron: string;
  readonly tasks?: readonly string[];
  readonly lookbackDays: number;
  readonly rebuild: readonly RebuildWord[];
}

export type RebuildWord = 'missing' | 'failed' | 'stale' | 'all';

export interface Pipeline {
  readonly name: string;
  /** Relative to the project root. */
  readonly file: string;
  readonly description?: string;
  readonly owner?: string;
  readonly runbook?: string;
  readonly timezone: string;
  readonly schedules: readonly Schedule[];
  /** What a run does again where it is not told: its own, else the project's. */
  readonly rebuild?: readonly RebuildWord[];
  readonly calendars: Readonly<Record<string, Calendar>>;
  readonly params: Readonly<Record<string, Param>>;
  /** In the file's order. */
  readonly tasks: Readonly<Record<string, Task>>;
}

/** `sluice.yaml`. */
export interface Project {
  /** Absolute. */
  readonly root: string;
  /** Whose its pipelines' names are in a store; absent: by the repository's or the folder's name. */
  readonly name?: string;
  /** As written: a folder, or a URI such as `s3://bucket/prefix`. */
  readonly store: string;
  /** Absolute: from where a relative `store` leads, where a flag or a variable names it; absent: from the root. */
  readonly storeFrom?: string;
  /** What the project file says of a bucket beside its name. */
  readonly storeSettings?: S3Settings;
  readonly engine: EngineSettings;
  readonly pools: Readonly<Record<string, number>>;
  /** For pipelines that do not say it themselves. */
  readonly rebuild?: readonly RebuildWord[];
  readonly concurrency: number;
  /** Of inputs from afar on this machine's disk; 0: none are kept, absent: as much as is fitting. */
  readonly cacheBytes?: number;
  /** Checked here; read by the notifiers. */
  readonly notify: unknown;
}

export interface EngineSettings {
  /** `unix:///…`, `tcp://…`, `npipe:…`; absent: DOCKER_HOST, then the usual sockets. */
  readonly host?: string;
}

/** By the rule's form there can only be one instance: then its files stand in `/inputs/<name>` itself. */
export function isSingle(rule: NeedRule): boolean {
  return rule.fanIn.length === 0 && rule.select.kind !== 'window' && rule.select.kind !== 'within';
}

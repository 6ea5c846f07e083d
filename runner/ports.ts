import type { Capabilities } from './model/capabilities.ts';
import type { RunEvent } from './model/event.ts';
import type { ImageOwner, Job, JobResult, LogChunk } from './model/job.ts';
import type { External, Probed, Source } from './model/source.ts';
import type { StoreRef } from './model/store-ref.ts';

export interface ObjectInfo {
  readonly key: string;
  /** Opaque; changes with every write of a key, never returns to an earlier value. */
  readonly etag: string;
  readonly sizeBytes?: number;
  readonly modifiedAt?: string;
}

export interface StoredBody extends ObjectInfo {
  readonly sizeBytes: number;
  readonly modifiedAt: string;
  /** The store's own clock when it answered: with `modifiedAt` the age, however wrong our clock is. */
  readonly answeredAt: string;
  readonly body: AsyncIterable<Uint8Array>;
}

export type PutCondition =
  /** Only if there is nothing under the key. */
  | { readonly ifNoneMatch: '*' }
  /** Only over exactly this version. */
  | { readonly ifMatch: string };

export interface ListOptions {
  readonly after?: string;
  readonly to?: string;
  readonly splits?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Keys are `/`-separated; no key is another's parent, none holds `//`, `.`/`..` segments or control characters,
 * a segment is at most 255 bytes, 244 of records. Safe to call concurrently and from several processes at once. Every failure
 * is a `StoreError`. A read that follows a finished write sees it, in every process.
 */
export interface ObjectStore {
  readonly ref: StoreRef;

  /** Undefined when there is nothing. `range` is inclusive, in bytes. The body must be consumed or closed. */
  get(
    key: string,
    options?: {
      readonly range?: { readonly from: number; readonly to: number };
      readonly signal?: AbortSignal;
    },
  ): Promise<StoredBody | undefined>;

  /**
   * All or nothing: a reader sees the old or the new value whole, also when the writer dies.
   * With a condition that does not hold: `StoreError('precondition-failed')`. Conditional writes of records take a
   * buffer. Keys below `objects/` take no `ifMatch`. Below `published/` equal bytes may have an equal etag, and a
   * folder can be changed between the look and the move that follows at once. `executable` counts where files have
   * such a mark, for whoever runs what is published.
   */
  put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options?: {
      readonly condition?: PutCondition;
      readonly signal?: AbortSignal;
      readonly durable?: boolean;
      readonly executable?: boolean;
    },
  ): Promise<{ readonly etag: string }>;

  /**
   * Pages in ascending byte order of the whole key; `after` is exclusive, `to` inclusive. Not a snapshot: what is
   * written meanwhile may or may not be in it. `splits` are ascending keys that divide what is to be listed into
   * stretches of about a page; a store that answers page by page may ask for several at once. They change no result.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<readonly ObjectInfo[]>;

  /** Replaces `to` whole. */
  copy(from: string, to: string, options?: { readonly signal?: AbortSignal }): Promise<void>;

  /** Unconditional; a key that is not there is no error. */
  delete(keys: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<void>;

  /** Proves that the store keeps its promises here; throws `StoreError('store-unsuitable')` in words if not. */
  check(): Promise<void>;
}

export interface EngineRunOptions {
  /** Aborted: the container is stopped, the result's cause is `cancelled`. */
  readonly signal: AbortSignal;
  /** Called in order, never concurrently; awaited, so that a slow reader slows the log and not the memory. */
  readonly onLog: (chunk: LogChunk) => Promise<void> | void;
  /** Pull and build progress. */
  readonly onImage?: (progress: { image: string; message: string; fraction?: number; done: boolean }) => void;
  /** Worth a word, not a failure. */
  readonly onWarning?: (message: string) => void;
  /** True: log lines are wanted while it runs, not only after. */
  readonly watched: boolean;
}

export interface RemoveBuiltOptions {
  readonly owner: ImageOwner;
  /** The content hashes of all that the owner's pipelines can still ask for. */
  readonly live: ReadonlySet<string>;
  /** Only tell. */
  readonly dryRun: boolean;
}

/** Built images that nothing asks for. */
export interface BuiltImages {
  readonly removed: readonly string[];
  /** Those that stay all the same, and why, in words. */
  readonly kept: readonly { readonly name: string; readonly why: string }[];
  /** Names of those that an older sluice built and that say not for whom; no container uses them. */
  readonly ownerless: readonly string[];
}

/**
 * Runs containers. `run` never throws for what happens to a job: that is the result's `cause`. It resolves only
 * when the container is gone or beyond reach, with the log delivered whole, and the outputs uploaded below
 * `job.outputs.prefix` if and only if the exit status was 0 and every output check passed.
 */
export interface Engine {
  run(job: Job, options: EngineRunOptions): Promise<JobResult>;
  /** Removes what dead runs of this store left; leaves what is live. Returns how many were removed. */
  sweep(options: {
    readonly storeId: string;
    readonly isLive: (run: string) => Promise<boolean>;
  }): Promise<number>;
  /**
   * Removes the images that were built for the owner and that are not live: never one that is another's, that
   * somebody has given a name, or that a container uses. Throws `EngineError` where no engine answers.
   */
  removeBuilt(options: RemoveBuiltOptions): Promise<BuiltImages>;
  /** Reaches the engine and probes it once; throws `EngineError` with the fix. */
  check(): Promise<Capabilities>;
  /**
   * The equal command line for a person, on the engine that was asked for; secrets as `-e NAME`, inputs and files from
   * `folder`. Throws a `ProblemsError` for an engine that cannot see a folder of this machine.
   */
  describe(job: Job, folder: string): readonly string[];
  /** Releases holders and connections. Idempotent. */
  close(): Promise<void>;
}

/** Looks at what somebody else makes, and writes nothing. */
export interface Sources {
  /** Never throws for what it finds; rejects with the signal's reason when aborted. */
  probe(source: Source, options: { readonly signal: AbortSignal }): Promise<Probed>;
  /** In words what of the objects is not as it was recorded; undefined: all is, or it is out of reach. */
  changed(external: External, options: { readonly signal: AbortSignal }): Promise<string | undefined>;
  /** Where an engine finds its objects, by their paths. */
  refOf(uri: string): StoreRef;
}

export interface Reporter {
  /** Must not throw; whoever calls it ignores and reports a throw once. */
  on(event: RunEvent): void;
  close?(): Promise<void>;
}

export interface Notifier {
  send(digest: unknown): Promise<void>;
}

/** Told one line for each thing that was asked of a store or an engine. */
export type Trace = (line: string) => void;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

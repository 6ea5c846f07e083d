import type { Cause } from './cause.ts';
import type { StoreRef } from './store-ref.ts';

/** What an engine is asked to run: plain JSON, complete in itself. Bytes move by the engine's own best way. */
export interface Job {
  /** `<run>-<n>`; an engine that is asked twice for one attempt may reattach. */
  readonly attempt: string;
  readonly instance: string;
  readonly run: string;
  readonly storeId: string;
  readonly image: JobImage;
  /** Undefined: the image's own. */
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Given to the process as environment; masked everywhere, never in labels. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Laid into the container before it starts. */
  readonly files: readonly JobFile[];
  readonly inputs: readonly JobInput[];
  /** Folders that must be there, though empty: optional inputs that are absent. */
  readonly emptyFolders: readonly string[];
  readonly outputs: JobOutputs;
  readonly network: 'bridge' | 'none';
  readonly resources: { readonly cpus?: number; readonly memoryBytes?: number; readonly pids: number };
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly timeoutSeconds: number;
}

export type JobImage =
  | { readonly kind: 'reference'; readonly reference: string; readonly pull: 'missing' | 'always' | 'never' }
  | {
      readonly kind: 'build';
      /** Absolute. */
      readonly contextFolder: string;
      /** Relative to the context. */
      readonly dockerfile: string;
      readonly buildArgs: Readonly<Record<string, string>>;
      /** The stage that is wanted; undefined: the last. */
      readonly target?: string;
      /** Hash of context, Dockerfile, arguments and stage: built once per content. */
      readonly contentHash: string;
      /** By whom the image is known when nothing asks for it any more; undefined: it stays. */
      readonly owner?: ImageOwner;
    };

/** A project on a store: its pipelines are all that may ask for what was built for it. */
export interface ImageOwner {
  readonly storeId: string;
  readonly project: string;
}

export type JobFile =
  | { readonly kind: 'local'; readonly from: string; readonly to: string; readonly executable: boolean }
  | { readonly kind: 'text'; readonly text: string; readonly to: string; readonly executable: boolean };

/** The objects of one manifest, laid under one folder. */
export interface JobInput {
  readonly store: StoreRef;
  /** The folder of the objects in the store; ends in `/`. */
  readonly prefix: string;
  /** Absolute folder in the container. */
  readonly to: string;
  /** `path` is relative to both. Verified against `sha256` on the way. */
  readonly objects: readonly StoredObject[];
}

export interface JobOutputs {
  readonly store: StoreRef;
  /** The attempt's own prefix; ends in `/`. */
  readonly prefix: string;
  readonly rules: readonly OutputRule[];
  /** Names expected in `$SLUICE_OUTPUT`. */
  readonly values: readonly string[];
}

export interface OutputRule {
  /** As declared, evaluated: a path or glob below `/outputs`. */
  readonly pattern: string;
  readonly allowEmpty: boolean;
}

export interface StoredObject {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** A program: absent for any other file. */
  readonly executable?: true;
}

export interface JobResult {
  /** Undefined where nothing ran or the status is unknown. */
  readonly exitCode?: number;
  /** Absent: exit 0 and every declared output uploaded. */
  readonly cause?: Cause;
  readonly objects: readonly StoredObject[];
  readonly values: Readonly<Record<string, string>>;
  /** Files found in /outputs that no rule declares; dropped. */
  readonly undeclared: readonly string[];
  /** `sha256:…` of the image that ran. */
  readonly imageDigest?: string;
  /** For example `docker 20.10.24`. */
  readonly engine: string;
  readonly usage: JobUsage;
}

export interface JobUsage {
  /** Between the container's own start and end. */
  readonly seconds?: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

export interface LogChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

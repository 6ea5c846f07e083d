/** Stable words: what a script may look for. */
export type FindingKind =
  | 'broken-record' // no JSON, fields that are missing, or another instance's
  | 'newer-record'
  | 'object-gone'
  | 'object-differs' // in size, or, looked at deeply, in content
  | 'unmarked-manifest'
  | 'published-gone'
  | 'published-differs'
  | 'published-twice' // two instances publish to one path
  | 'orphan'
  | 'in-hand'
  | 'unpublished'
  | 'stray-mark'
  | 'stray-object'
  | 'unknown-published'
  | 'unclaimed' // results of a task or a matrix leg that its pipeline has no more
  | 'orphaned' // results of legs that the list they came from does not name any more
  | 'other-project' // a pipeline here is named like another project's
  | 'nested-store'
  | 'unknown-key';

export interface Finding {
  readonly kind: FindingKind;
  /** False: worth knowing, and nothing is wrong. */
  readonly damage: boolean;
  readonly key: string;
  /** In words, with what to do. */
  readonly message: string;
}

export interface CheckTotals {
  instances: number;
  objects: number;
  /** Named by manifests; with a deep check these were read. */
  bytes: number;
  records: number;
  orphanedBytes: number;
}

/** What every part of a check needs. */
export interface Checking {
  readonly deep: boolean;
  readonly totals: CheckTotals;
  readonly find: (finding: Finding) => void;
  readonly progress: () => void;
  readonly signal: AbortSignal | undefined;
}

import type { InstanceId } from '../../model/partition.ts';
import type { ObjectStore } from '../../ports.ts';
import type { Ledger } from '../ledger.ts';
import type { Manifests } from '../manifests.ts';

/** What was copied; in a dry run what would be. */
export interface CopyReport {
  instances: number;
  objects: number;
  bytes: number;
  records: number;
  published: number;
  /** In words: what differs in the target by the target's own doing, and was left as it is there. */
  readonly conflicts: string[];
  /** In words: what is damaged in the source, and was not copied. */
  readonly problems: string[];
}

/** What every part of a copy needs. */
export interface Copying {
  readonly from: Ledger;
  readonly to: ObjectStore;
  /** Of the target. */
  readonly manifests: Manifests;
  readonly dryRun: boolean;
  /** Runs at work in the source, whose records are still changing. */
  readonly live: ReadonlySet<string>;
  /** Instances whose result in the target is the target's own. */
  readonly kept: Set<InstanceId>;
  readonly report: CopyReport;
  readonly progress: () => void;
  readonly signal: AbortSignal | undefined;
}

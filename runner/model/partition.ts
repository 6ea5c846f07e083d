/** One `name=value` of a partition; the value is the canonical text of a key. */
export interface PartitionKey {
  readonly name: string;
  readonly value: string;
}

/** An instance as it is stored: `pipeline/task/partition`, for example `short-score/prices/date=2021-01-29`. */
export type InstanceId = string;

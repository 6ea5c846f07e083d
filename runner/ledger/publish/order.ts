import {
  formatPartition,
  instanceId,
  parseInstanceId,
  type InstanceId,
  type PartitionKey,
} from '../../model/partition.ts';

export type Order = 'ahead' | 'behind' | 'none';

/** Whose file is to stand at a path: only partitions of one task that publish the newest have an order. */
export function orderOf(
  mine: { readonly instance: InstanceId; readonly order: string },
  theirs: InstanceId,
): Order {
  if (mine.instance === theirs) return 'ahead';
  if (mine.order === '' || seriesOf(mine.instance) !== seriesOf(theirs)) return 'none';
  return mine.order > timeOf(parseInstanceId(theirs).keys) ? 'ahead' : 'behind';
}

/** All but the time, by which `newest` moves on. */
function seriesOf(instance: InstanceId): string {
  const { pipeline, task, keys } = parseInstanceId(instance);
  const others = keys.slice(timeOf(keys) === '' ? 0 : 1);
  return instanceId(pipeline, task, formatPartition(others));
}

/** The time key comes first in a partition, and its canonical text sorts in time order. */
export function timeOf(keys: readonly PartitionKey[]): string {
  const first = keys[0]?.value ?? '';
  return /^\d{4}(-\d\d(-\d\d(T\d\d(:\d\d)?)?)?|-W\d\d|-Q\d)?$/.test(first) ? first : '';
}

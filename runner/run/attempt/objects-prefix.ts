import type { InstanceId } from '../../model/partition.ts';

/** An attempt's own place in the store: two attempts never write under one name. */
export function objectsPrefix(instance: InstanceId, attempt: string): string {
  return `objects/${instance}/${attempt}/`;
}

import type { InstanceId } from '../../model/partition.ts';

/** An instance as a person reads it beside another one: only what differs is said. */
export function nameBeside(self: InstanceId, other: InstanceId): string {
  const [pipeline, , ...partition] = self.split('/');
  const [otherPipeline, task, ...otherPartition] = other.split('/');
  if (task === undefined || otherPartition.length === 0) return other;
  const isSame = otherPartition.join('/') === partition.join('/') || otherPartition.join('/') === '_';
  const name = isSame ? task : `${task}/${otherPartition.join('/')}`;
  return otherPipeline === pipeline ? name : `${otherPipeline}/${name}`;
}

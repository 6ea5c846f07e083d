import { parsePartition } from '../model/partition.ts';
import type { Knowledge } from '../model/plan.ts';
import type { Scope } from './scope/scope.ts';
import type { TaskTable } from './scope/tables.ts';

/** An edit that changes a task's key names leaves its done partitions behind: said before anything runs. */
export function keyWarnings(scope: Scope, knowledge: Knowledge): readonly string[] {
  if (knowledge.taskKeys.size === 0) return [];
  const tables = new Set<TaskTable>();
  for (const instance of scope.instances) tables.add(instance.table);
  return [...tables].flatMap((table) => {
    const { pipeline, task, foreign } = table;
    const recorded = knowledge.taskKeys.get(`${pipeline.name}/${task.name}`);
    if (foreign || recorded === undefined || recorded.join('/') === task.keys.join('/')) return [];
    const count = countUnmatched(knowledge, `${pipeline.name}/${task.name}/`, task.keys);
    // All of its results are listed for this.
    if (count === 0) return [];
    const left =
      count === 1
        ? '1 done partition no longer matches'
        : `${count.toLocaleString('en-US')} done partitions no longer match`;
    return [
      `the keys of ${task.name} were ${named(recorded)} and are ${named(task.keys)} now: ${left}: ` +
        `sluice ls ${pipeline.name}/${task.name}`,
    ];
  });
}

function countUnmatched(knowledge: Knowledge, prefix: string, keys: readonly string[]): number {
  let count = 0;
  for (const id of knowledge.manifests.keys()) {
    if (id.startsWith(prefix) && !hasKeys(id.slice(prefix.length), keys)) count += 1;
  }
  return count;
}

function hasKeys(partition: string, keys: readonly string[]): boolean {
  try {
    return (
      parsePartition(partition)
        .map((key) => key.name)
        .join('/') === keys.join('/')
    );
  } catch {
    return false;
  }
}

function named(keys: readonly string[]): string {
  return keys.length === 0 ? 'none' : keys.join(', ');
}

import type { ListingRange } from '../model/plan.ts';
import type { ScopedInstance, TaskTable } from './tables.ts';

interface Bounds {
  from: ScopedInstance;
  to: ScopedInstance;
}

/** One stretch a task, from its first instance to its last in the store's order. */
export function listingRanges(instances: readonly ScopedInstance[]): readonly ListingRange[] {
  const bounds = new Map<TaskTable, Bounds>();
  for (const instance of instances) {
    const { table } = instance;
    if (table.task.kind === 'wrapper' || instance.variant.placeholder) continue;
    const known = bounds.get(table);
    if (known === undefined) {
      bounds.set(table, { from: instance, to: instance });
      continue;
    }
    if (isBefore(instance, known.from)) known.from = instance;
    if (isBefore(known.to, instance)) known.to = instance;
  }
  return [...bounds].map(([table, { from, to }]) => ({
    pipeline: table.pipeline.name,
    task: table.task.name,
    keys: table.task.keys,
    from: partitionOf(from),
    to: partitionOf(to),
  }));
}

/** In the byte order of whole keys, where `a-b.json` stands before `a.json`. */
function isBefore(one: ScopedInstance, other: ScopedInstance): boolean {
  if (one.position !== other.position) return one.position < other.position;
  return `${one.variant.text}.json` < `${other.variant.text}.json`;
}

function partitionOf(instance: ScopedInstance): string {
  const { table } = instance;
  return instance.id.slice(table.pipeline.name.length + table.task.name.length + 2);
}

import type { ListingRange } from '../../model/plan.ts';
import type { ScopedInstance, TaskTable } from './tables.ts';

/** As many names as a page of a listing holds, in every store. */
const PAGE = 1000;

/**
 * One stretch a task, from its first instance to its last in the store's order. A long one is divided where its pages
 * will end if all is done: what lies between can then be listed at once.
 */
export function listingRanges(instances: readonly ScopedInstance[]): readonly ListingRange[] {
  const tables = new Map<TaskTable, ScopedInstance[]>();
  for (const instance of instances) {
    const { table } = instance;
    if (table.task.kind === 'wrapper' || instance.variant.placeholder) continue;
    const known = tables.get(table);
    if (known === undefined) tables.set(table, [instance]);
    else known.push(instance);
  }
  return [...tables].flatMap(([table, wanted]) => {
    const first = wanted.reduce((least, instance) => (isBefore(instance, least) ? instance : least));
    const last = wanted.reduce((most, instance) => (isBefore(most, instance) ? instance : most));
    const splits = wanted.length > PAGE ? pageEnds(wanted) : [];
    return {
      pipeline: table.pipeline.name,
      task: table.task.name,
      keys: table.task.keys,
      from: partitionOf(first),
      to: partitionOf(last),
      ...(splits.length > 0 && { splits }),
    };
  });
}

function pageEnds(instances: readonly ScopedInstance[]): readonly string[] {
  const sorted = [...instances].sort((one, other) => (isBefore(one, other) ? -1 : 1));
  return sorted.flatMap((instance, place) =>
    place > 0 && place % PAGE === 0 ? [partitionOf(instance)] : [],
  );
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

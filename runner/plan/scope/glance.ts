import type { InstanceId } from '../../model/partition.ts';
import type { ScopedInstance, TaskTable } from './tables.ts';

/** Manifests that a plain plan reads at most to say what is stale: a distant store gives them in a fraction of a second. */
const MAX_READ = 100;

/**
 * The instances whose manifests are read to say what of the asked ones is stale, though nothing is done about it: all
 * of them with what they read, and as far as there is room what stands above that; of very many, the oldest of each
 * task, and the newest as far as there is room.
 */
export function glanceAt(instances: readonly ScopedInstance[]): ReadonlySet<InstanceId> {
  const all = new Set<InstanceId>();
  for (const instance of instances) {
    if (!isJudged(instance)) continue;
    all.add(instance.id);
    for (const { members } of instance.bindings) {
      for (const member of members) if (member.table.task.kind !== 'wrapper') all.add(member.id);
      if (all.size > MAX_READ) return endsOfEach(instances);
    }
    if (all.size > MAX_READ) return endsOfEach(instances);
  }
  return withAbove(all, instances);
}

/** Nearest first. */
function withAbove(read: Set<InstanceId>, instances: readonly ScopedInstance[]): ReadonlySet<InstanceId> {
  const queue = instances.filter(isJudged);
  const seen = new Set(queue);
  for (const instance of queue) {
    for (const { members } of instance.bindings) {
      for (const member of members) {
        if (seen.has(member)) continue;
        if (read.size >= MAX_READ && !read.has(member.id)) return read;
        seen.add(member);
        queue.push(member);
        if (member.table.task.kind !== 'wrapper') read.add(member.id);
      }
    }
  }
  return read;
}

function endsOfEach(instances: readonly ScopedInstance[]): ReadonlySet<InstanceId> {
  const ends = new Map<TaskTable, { first: ScopedInstance; last: ScopedInstance }>();
  for (const instance of instances) {
    if (!isJudged(instance)) continue;
    const known = ends.get(instance.table);
    if (known === undefined) ends.set(instance.table, { first: instance, last: instance });
    else known.last = instance;
  }
  const tasks = [...ends.values()];
  const inTurn = [...tasks.map(({ first }) => first.id), ...tasks.map(({ last }) => last.id)];
  return new Set(inTurn.slice(0, MAX_READ));
}

function isJudged({ asked, table }: ScopedInstance): boolean {
  return asked && !table.foreign && table.task.kind === 'container';
}

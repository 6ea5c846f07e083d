import { firstDayOf } from '../../calendar/period.ts';
import { positionBegunBy, positionsBetween } from '../../calendar/positions.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import { latestDue } from './due.ts';
import { instancesAt } from './instances.ts';
import type { Asked, ScopedInstance, Tables, TaskTable } from './tables.ts';
import { variantsOf } from './variants.ts';

/**
 * What depends on the asked instances, directly or not, up to the newest that is due: also beyond the asked range.
 * Candidates are all later instances of the tasks downstream; the ones that really read something asked remain.
 */
export function addDownstream(
  tables: Tables,
  pipeline: Pipeline,
  asked: readonly Asked[],
  roots: readonly ScopedInstance[],
  bindingsOf: (instance: ScopedInstance) => ScopedInstance['bindings'],
  nowMs: number,
): readonly ScopedInstance[] {
  const from = earliestDay(asked);
  const candidates = tasksDownstream(tables, pipeline, asked).flatMap((table) =>
    candidatesOf(tables, table, from, nowMs),
  );
  const readers = new Map<ScopedInstance, ScopedInstance[]>();
  for (const candidate of candidates) {
    for (const { members } of bindingsOf(candidate)) {
      for (const member of members) {
        const known = readers.get(member);
        if (known === undefined) readers.set(member, [candidate]);
        else known.push(candidate);
      }
    }
  }
  const reached = new Set<ScopedInstance>();
  const queue = [...roots];
  for (let instance = queue.pop(); instance !== undefined; instance = queue.pop()) {
    for (const reader of readers.get(instance) ?? []) {
      if (reached.has(reader)) continue;
      reached.add(reader);
      if (!reader.asked) reader.downstream = true;
      queue.push(reader);
    }
  }
  return candidates.filter((candidate) => candidate.downstream);
}

/** The asked tasks and all that need them, in the file's order. */
function tasksDownstream(tables: Tables, pipeline: Pipeline, asked: readonly Asked[]): readonly TaskTable[] {
  const reached = new Set(asked.map(({ table }) => table.task.name));
  const all = Object.values(pipeline.tasks).filter((task) => task.kind !== 'hook');
  for (let grown = true; grown;) {
    grown = false;
    for (const task of all) {
      if (reached.has(task.name)) continue;
      if (!task.needs.some((need) => !need.foreign && reached.has(need.target.task))) continue;
      reached.add(task.name);
      grown = true;
    }
  }
  return all.flatMap((task) => {
    const table = reached.has(task.name) ? tables.tableOf(pipeline.name, task.name) : undefined;
    return table === undefined ? [] : [table];
  });
}

function candidatesOf(
  tables: Tables,
  table: TaskTable,
  from: string | undefined,
  nowMs: number,
): readonly ScopedInstance[] {
  return candidatePositions(tables, table, from, nowMs).flatMap((position) =>
    variantsOf(table, {}).flatMap((variant) => instancesAt(tables, table, position, variant)),
  );
}

function candidatePositions(
  tables: Tables,
  table: TaskTable,
  from: string | undefined,
  nowMs: number,
): readonly string[] {
  const key = table.timeKey;
  if (key === undefined) return [''];
  const newest = latestDue(tables, table, nowMs);
  if (newest === undefined) return [];
  const first = from === undefined ? key.start : positionBegunBy(key, Date.parse(`${from}T00:00:00Z`));
  // One more at the front: the day begins later in zones west of UTC.
  const start = first ?? key.start ?? newest;
  return positionsBetween(key, start < newest ? start : newest, newest);
}

function earliestDay(asked: readonly Asked[]): string | undefined {
  const days = asked.flatMap(({ table, positions }) => {
    const first = positions[0];
    return table.timeKey === undefined || first === undefined ? [] : [firstDayOf(table.timeKey, first)];
  });
  return days.sort()[0];
}

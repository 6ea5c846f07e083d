import { CalendarError } from '../../calendar/calendar-error.ts';
import { isPosition } from '../../calendar/positions.ts';
import { parseTimeValue } from '../../calendar/value.ts';
import { parseInstanceId, type InstanceId } from '../../model/partition.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import { own } from '../../model/own.ts';
import { dueMs } from './due.ts';
import { instancesAt } from './instances.ts';
import type { ScopedInstance, Tables, TaskTable } from './tables.ts';
import { variantsOf } from './variants.ts';

/** What a tick asks for, in the order in which it is started: what is newest matters most. */
export function newestFirst(tables: Tables, roots: readonly ScopedInstance[]): ScopedInstance[] {
  const dueAt = new Map(roots.map((root) => [root, dueMs(tables, root.table, root.position)]));
  // Those without a time key have no due time, and are last.
  return [...dueAt]
    .sort(([, one], [, other]) => (one < other ? 1 : one > other ? -1 : 0))
    .map(([root]) => root);
}

/** The instances of open failures, as far as the pipeline still has them. */
export function failedRoots(
  tables: Tables,
  pipeline: Pipeline,
  failures: readonly InstanceId[],
): readonly ScopedInstance[] {
  return failures.flatMap((id) => {
    const { pipeline: name, task, keys } = parseInstanceId(id);
    const table = tables.tableOf(pipeline.name, task);
    if (name !== pipeline.name || table === undefined || table.task.kind === 'hook') return [];
    const fixed = Object.fromEntries(
      keys.filter(({ hashed }) => hashed !== true).map((key) => [key.name, key.value]),
    );
    const position = positionIn(table, fixed);
    if (position === undefined) return [];
    return variantsOf(table, fixed).flatMap((variant) => {
      const found = instancesAt(tables, table, position, variant).filter((one) => one.id === id);
      for (const instance of found) instance.asked = true;
      return found;
    });
  });
}

/** Whose contents tell whether what a failed one reads has changed. */
export function readBy(
  failures: readonly InstanceId[],
  instances: readonly ScopedInstance[],
): ReadonlySet<InstanceId> {
  const failed = new Set(failures);
  return new Set(
    instances
      .filter(({ id }) => failed.has(id))
      .flatMap(({ bindings }) => bindings.flatMap(({ members }) => members.map(({ id }) => id))),
  );
}

function positionIn({ timeKey }: TaskTable, keys: Readonly<Record<string, string>>): string | undefined {
  if (timeKey === undefined) return '';
  const value = own(keys, timeKey.name) ?? '';
  try {
    return parseTimeValue(timeKey, value).ok && isPosition(timeKey, value) ? value : undefined;
  } catch (error) {
    // A date that the calendar's holidays do not reach any more.
    if (error instanceof CalendarError) return undefined;
    throw error;
  }
}

import { isPosition } from '../../calendar/positions.ts';
import { parseTimeValue } from '../../calendar/value.ts';
import { own } from '../../model/own.ts';
import { keyText, parseInstanceId, type InstanceId } from '../../model/partition.ts';
import type { PlanRequest } from '../../model/plan.ts';
import type { Asked, Tables, TaskTable } from '../scope/tables.ts';
import { variantsOf } from '../scope/variants.ts';

/**
 * The instances that a request names one by one, of the tasks and keys that are asked for beside. What the pipeline has
 * no more, by its tasks, keys or calendars, is left out.
 */
export function askedExactly(
  tables: Tables,
  { pipeline, tasks, params }: PlanRequest,
  instances: readonly InstanceId[],
): readonly Asked[] {
  return instances.flatMap((id) => {
    const { task, keys } = parseInstanceId(id);
    const table = tables.tableOf(pipeline, task);
    if (table === undefined || (tasks.length > 0 && !tasks.includes(task))) return [];
    // A hashed value cannot be read back.
    if (table.task.kind === 'hook' || keys.some(({ hashed }) => hashed === true)) return [];
    if (keys.map(({ name }) => name).join('/') !== table.task.keys.join('/')) return [];
    const values = Object.fromEntries(keys.map(({ name, value }) => [name, value]));
    const isMeant = Object.entries(values).every(([name, value]) => {
      const given = own(params, name);
      return given === undefined || keyText(given) === value;
    });
    const position = positionOf(table, values);
    return isMeant && position !== undefined
      ? [{ table, positions: [position], variants: variantsOf(table, values) }]
      : [];
  });
}

function positionOf({ timeKey }: TaskTable, values: Readonly<Record<string, string>>): string | undefined {
  if (timeKey === undefined) return '';
  const value = own(values, timeKey.name) ?? '';
  return parseTimeValue(timeKey, value).ok && isPosition(timeKey, value) ? value : undefined;
}

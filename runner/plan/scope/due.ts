import { boundsOf } from '../../calendar/period.ts';
import { momentMs } from '../../calendar/moment.ts';
import { offsetPosition, positionBegunBy } from '../../calendar/positions.ts';
import type { Moment } from '../../model/time.ts';
import { selectPositions } from './bind.ts';
import type { Tables, TaskTable } from './tables.ts';

/**
 * When an instance is due, in milliseconds since the epoch: as written; else when its needs are; else, where it has
 * an `until`, at its period's start; else at its period's end. Without a time key it always is.
 */
export function dueMs(tables: Tables, table: TaskTable, position: string): number {
  return dueWithin(tables, table, position, []).ms;
}

/** The newest position that was due by an instant; undefined when none was. */
export function latestDue(tables: Tables, table: TaskTable, byMs: number): string | undefined {
  const key = table.timeKey;
  if (key === undefined) return undefined;
  let position = positionBegunBy(key, byMs);
  if (isBefore(table.task.due)) {
    // Due before its period begins: look ahead as far as it was due.
    let next = position === undefined ? key.start : offsetPosition(key, position, 1);
    while (next !== undefined && dueMs(tables, table, next) <= byMs) {
      position = next;
      next = offsetPosition(key, next, 1);
    }
  }
  while (position !== undefined && dueMs(tables, table, position) > byMs) {
    position = offsetPosition(key, position, -1);
  }
  return position;
}

/** The positions that became due after `sinceMs` and by `byMs`, newest first. */
export function dueBetween(
  tables: Tables,
  table: TaskTable,
  sinceMs: number,
  byMs: number,
): readonly string[] {
  if (table.timeKey === undefined) return [''];
  const positions: string[] = [];
  let position = latestDue(tables, table, byMs);
  while (position !== undefined && dueMs(tables, table, position) > sinceMs) {
    positions.push(position);
    position = offsetPosition(table.timeKey, position, -1);
  }
  return positions;
}

/** Whether a task says itself when it is due, rather than by what it needs. */
export function hasOwnDue(table: TaskTable): boolean {
  return table.task.due !== undefined || !table.task.needs.some((need) => !need.optional);
}

/** The instant of `until` or `deadline`, where the task has one. */
export function momentOf(
  table: TaskTable,
  which: 'until' | 'deadline',
  position: string,
): number | undefined {
  const moment = table.task[which];
  return moment === undefined || table.timeKey === undefined
    ? undefined
    : momentMs(moment, table.timeKey, position);
}

interface Due {
  readonly ms: number;
  /** Part of a circle over `offset` was left out: true only for whoever asked within it. */
  readonly partial: boolean;
}

function dueWithin(tables: Tables, table: TaskTable, position: string, askers: readonly TaskTable[]): Due {
  // As written it is a sum, cheaper than remembering it.
  const { task, timeKey } = table;
  if (timeKey !== undefined && task.due !== undefined) {
    return { ms: momentMs(task.due, timeKey, position), partial: false };
  }
  const known = table.dueMs.get(position);
  if (known !== undefined) return { ms: known, partial: false };
  const due = computeDue(tables, table, position, askers);
  if (!due.partial || askers.length === 0) table.dueMs.set(position, due.ms);
  return due;
}

function computeDue(tables: Tables, table: TaskTable, position: string, askers: readonly TaskTable[]): Due {
  const { task, timeKey } = table;
  if (timeKey === undefined) return { ms: Number.NEGATIVE_INFINITY, partial: false };
  const within = [...askers, table];
  let latest: number | undefined;
  let partial = false;
  for (const rule of task.needs) {
    // What is optional is not waited for; what is the newest by my due time can't decide my due time.
    if (rule.optional || rule.select.kind === 'latest') continue;
    const target = tables.tableOf(rule.target.pipeline, rule.target.task);
    if (target?.timeKey === undefined) continue;
    if (within.includes(target)) {
      // A circle of tasks steps back in time, and earlier partitions are due earlier.
      partial ||= target !== table;
      continue;
    }
    const from = { key: timeKey, position };
    const last = selectPositions(rule, from, target.timeKey, undefined, () => undefined).positions.at(-1);
    if (last === undefined) continue;
    const due = dueWithin(tables, target, last, within);
    partial ||= due.partial;
    latest = Math.max(latest ?? Number.NEGATIVE_INFINITY, due.ms);
  }
  if (latest !== undefined) return { ms: latest, partial };
  const bounds = boundsOf(timeKey, position);
  return { ms: task.until === undefined ? bounds.endMs : bounds.startMs, partial };
}

function isBefore(due: Moment | undefined): boolean {
  return (due?.days ?? 0) < 0 || (due?.hours ?? 0) < 0;
}

import { CalendarError } from '../../calendar/calendar-error.ts';
import { wakesOf } from '../../calendar/cron.ts';
import { offsetPosition, positionAtOrAfter } from '../../calendar/positions.ts';
import type { Pipeline, Schedule } from '../../model/pipeline.ts';
import { dueMs, latestDue } from '../scope/due.ts';
import { SPEC_EXPRESSIONS } from '../scope/scope.ts';
import { createTables, type Tables, type TaskTable } from '../scope/tables.ts';
import { variantsOf } from '../scope/variants.ts';

/** What becomes due, and the wake that sees it. */
export interface UpcomingDue {
  readonly dueMs: number;
  readonly task: string;
  /** `date=2021-01-29` */
  readonly partition: string;
  /** Of which there are several where a task has a matrix or other keys. */
  readonly instances: number;
  /** The first wake of a schedule that asks for it; undefined: none does. */
  readonly wakeMs: number | undefined;
}

/** What becomes due after one instant and by another, in the order of time; at most so many of each task. */
export function upcomingDue(
  pipelines: ReadonlyMap<string, Pipeline>,
  pipeline: Pipeline,
  fromMs: number,
  toMs: number,
  mostOfTask = Number.POSITIVE_INFINITY,
): readonly UpcomingDue[] {
  const tables = createTables(pipelines, pipeline.name, {}, SPEC_EXPRESSIONS);
  const found = Object.values(pipeline.tasks).flatMap((task): readonly UpcomingDue[] => {
    const table = tables.tableOf(pipeline.name, task.name);
    if (table?.timeKey === undefined || task.kind === 'hook' || task.kind === 'wrapper') return [];
    return dueOf(tables, table, fromMs, toMs, mostOfTask);
  });
  return found.sort((one, other) => one.dueMs - other.dueMs);
}

/** The next wake of any of the schedules; undefined: there is none. */
export function nextWake({ schedules, timezone }: Pipeline, afterMs: number): number | undefined {
  return earliest(schedules.map(({ cron }) => wakesOf(cron, timezone).next(afterMs)));
}

function dueOf(
  tables: Tables,
  table: TaskTable,
  fromMs: number,
  toMs: number,
  most: number,
): readonly UpcomingDue[] {
  const { task, timeKey: key, pipeline } = table;
  const found: UpcomingDue[] = [];
  if (key === undefined) return found;
  try {
    const instances = Math.max(1, variantsOf(table, {}).length);
    const last = latestDue(tables, table, fromMs);
    let position =
      last !== undefined
        ? offsetPosition(key, last, 1)
        : key.start === undefined
          ? undefined
          : positionAtOrAfter(key, key.start);
    while (position !== undefined && found.length < most) {
      const at = dueMs(tables, table, position);
      if (at > toMs) break;
      const partition = `${key.name}=${position}`;
      found.push({
        dueMs: at,
        task: task.name,
        partition,
        instances,
        wakeMs: wakeFor(pipeline, task.name, at),
      });
      position = offsetPosition(key, position, 1);
    }
  } catch (error) {
    // Nobody knows the dates after the last that the calendar has.
    if (!(error instanceof CalendarError)) throw error;
  }
  return found;
}

function wakeFor({ schedules, timezone }: Pipeline, task: string, dueAt: number): number | undefined {
  return earliest(
    schedules
      .filter((schedule) => asksFor(schedule, task))
      .map(({ cron }) => wakesOf(cron, timezone).next(dueAt - 1)),
  );
}

function asksFor({ tasks }: Schedule, task: string): boolean {
  return tasks === undefined || tasks.includes(task);
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

import { textOfDay } from '../../calendar/days.ts';
import { lastDayOf } from '../../calendar/period.ts';
import {
  isPosition,
  offsetPosition,
  positionsBetween,
  positionsByLastDay,
} from '../../calendar/positions.ts';
import { parseTimeValue } from '../../calendar/value.ts';
import { dayAt } from '../../calendar/zone.ts';
import type { DateRange, PlanRequest } from '../../model/plan.ts';
import { own } from '../../model/own.ts';
import type { TimeKey } from '../../model/time.ts';
import { dueBetween, latestDue } from '../scope/due.ts';
import type { Tables, TaskTable } from '../scope/tables.ts';
import { readEnd, type RangeEnd } from './range-end.ts';

/** The positions of a task that a request asks for: by its own key's range, else by the request's. */
export function askedPositions(
  tables: Tables,
  table: TaskTable,
  request: PlanRequest,
  nowMs: number,
): readonly string[] {
  const key = table.timeKey;
  if (key === undefined) return [''];
  if (request.due !== undefined) {
    const since = own(request.due.since, table.task.name);
    return since === undefined ? [] : dueBetween(tables, table, Date.parse(since), nowMs);
  }
  const given = own(request.times, key.name);
  const asking: Asking = { tables, table, key, byOwnName: given !== undefined, nowMs };
  return positionsIn(asking, given ?? request.range);
}

interface Asking {
  readonly tables: Tables;
  readonly table: TaskTable;
  readonly key: TimeKey;
  /** By the flag of its key: values are its own, not days. */
  readonly byOwnName: boolean;
  readonly nowMs: number;
}

function positionsIn(asking: Asking, range: DateRange): readonly string[] {
  switch (range.kind) {
    case 'latest':
      return alone(asking, { kind: 'latest', back: 0 });
    case 'today':
      return alone(asking, { kind: 'day', ago: 0 });
    case 'single':
      return alone(asking, readEnd(range.value));
    case 'range':
      return between(asking, readEnd(range.from), readEnd(range.to));
  }
}

function alone(asking: Asking, end: RangeEnd): readonly string[] {
  const { key, byOwnName } = asking;
  switch (end.kind) {
    case 'latest': {
      const position = newest(asking, end.back);
      return position === undefined ? [] : [position];
    }
    case 'day': {
      const day = dayAgo(key, asking.nowMs, end.ago);
      return positionsByLastDay(key, day, day);
    }
    case 'value':
      // `--date 2021-02-16` is the partition of that name where a param `date` has it, whenever that ends.
      if (isPartition(key, end.value) && (byOwnName || key.name === 'date')) return [end.value];
      return !byOwnName && parseTimeValue({ type: 'date' }, end.value).ok
        ? positionsByLastDay(key, end.value, end.value)
        : [];
  }
}

/** A position, or the day that a period's last one is compared with. */
type Bound = { readonly position: string } | { readonly day: string };

function between(asking: Asking, from: RangeEnd, to: RangeEnd): readonly string[] {
  const { key } = asking;
  const last = boundAt(asking, to);
  // Before the first there is nothing to leave out.
  const first = boundAt(asking, from) ?? firstOf(key);
  if (last === undefined || first === undefined) return [];
  if ('position' in first && 'position' in last) return positionsBetween(key, first.position, last.position);
  const positions = positionsByLastDay(key, dayOf(key, first), dayOf(key, last));
  return positions.filter(
    (position) =>
      (!('position' in first) || position >= first.position) &&
      (!('position' in last) || position <= last.position),
  );
}

/** Undefined: there are not so many. */
function boundAt(asking: Asking, end: RangeEnd): Bound | undefined {
  switch (end.kind) {
    case 'latest': {
      const position = newest(asking, end.back);
      return position === undefined ? undefined : { position };
    }
    case 'day':
      return { day: dayAgo(asking.key, asking.nowMs, end.ago) };
    case 'value':
      return asking.byOwnName ? { position: end.value } : { day: end.value };
  }
}

function firstOf({ start }: TimeKey): Bound | undefined {
  return start === undefined ? undefined : { position: start };
}

function dayOf(key: TimeKey, bound: Bound): string {
  return 'day' in bound ? bound.day : lastDayOf(key, bound.position);
}

function newest({ tables, table, key, nowMs }: Asking, back: number): string | undefined {
  const position = latestDue(tables, table, nowMs);
  return position === undefined || back === 0 ? position : offsetPosition(key, position, -back);
}

/** `YYYY-MM-DD` in the key's zone. */
function dayAgo({ timezone }: Pick<TimeKey, 'timezone'>, nowMs: number, ago: number): string {
  return textOfDay(dayAt(timezone, nowMs) - ago);
}

export function isPartition(key: TimeKey, value: string): boolean {
  return parseTimeValue(key, value).ok && isPosition(key, value);
}

import { paramFlag } from '../../model/flags.ts';
import { CalendarError } from '../../calendar/calendar-error.ts';
import { lastDayOf } from '../../calendar/period.ts';
import {
  isPosition,
  positionAtOrAfter,
  positionAtOrBefore,
  positionsByLastDay,
} from '../../calendar/positions.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import type { PlanRequest } from '../../model/plan.ts';
import type { Problem } from '../../model/problem.ts';
import type { TimeKey } from '../../model/time.ts';
import { unknownParam } from './check-params.ts';
import { checkEnds, readEnd } from './range-end.ts';
import { problem } from './request-problem.ts';
import type { Asked } from '../scope/tables.ts';
import { timeKeyOf } from '../scope/time-keys.ts';
import { own } from '../../model/own.ts';

/** Values that were given for time keys by their own flag. */
export function checkTimes(
  pipeline: Pipeline,
  times: PlanRequest['times'],
  today: string,
  problems: Problem[],
): void {
  for (const [name, range] of Object.entries(times)) {
    const key = timeKeyOf(pipeline, name);
    if (key === undefined) {
      problems.push(unknownParam(pipeline, name));
      continue;
    }
    const before = problems.length;
    checkEnds(range, { grain: key, flag: name, today }, problems);
    if (problems.length === before && range.kind === 'single' && readEnd(range.value).kind === 'value')
      checkPosition(key, range.value, name, problems);
  }
}

/** A single date must be a partition of the tasks that have such dates; the ends of a range need not be. */
export function checkSingle(asked: readonly Asked[], request: PlanRequest, problems: Problem[]): void {
  const { range } = request;
  if (range.kind !== 'single' || readEnd(range.value).kind !== 'value') return;
  const timed = asked.flatMap(({ table, positions }) =>
    table.timeKey === undefined || own(request.times, table.timeKey.name) !== undefined
      ? []
      : [{ key: table.timeKey, positions }],
  );
  // A partition of a param of that very name is what is meant, whenever it ends.
  if (timed.some(({ key, positions }) => key.name === 'date' && positions.includes(range.value))) return;
  const daily = timed.filter(({ key }) => key.type === 'date' && key.calendar?.kind !== 'month-days');
  // What has a day of its own decides: a holiday is no date only because a month or an hour ends on it.
  const begun = daily.filter(({ key }) => key.start === undefined || key.start <= range.value);
  const deciding = begun.length > 0 ? begun : timed;
  if (timed.length === 0 || deciding.some(({ positions }) => positions.length > 0)) return;
  const [first] = deciding === begun ? begun : daily;
  if (first !== undefined) {
    checkPosition(first.key, range.value, 'date', problems);
    return;
  }
  const ends = timed
    .flatMap(({ key }) =>
      positionsByLastDay(key, range.value, yearAfter(range.value)).map((one) => lastDayOf(key, one)),
    )
    .sort()[0];
  const fix = ends === undefined ? 'See `sluice check` for what exists.' : `The next such day is ${ends}.`;
  problems.push(
    problem(
      'no-partition',
      `--date ${range.value}: no period of the tasks that are asked for ends on that day`,
      fix,
    ),
  );
}

function checkPosition(key: TimeKey, value: string, flag: string, problems: Problem[]): void {
  try {
    if (isPosition(key, value)) return;
    if (key.start !== undefined && value < key.start) {
      const message = `${paramFlag(flag, value)} is before the start of \`${key.name}\`, ${key.start}`;
      problems.push(
        problem('before-start', message, `The first is ${positionAtOrAfter(key, key.start) ?? key.start}.`),
      );
      return;
    }
    const previous = positionAtOrBefore(key, value);
    const next = positionAtOrAfter(key, value);
    const fix = `The next date is ${next ?? 'none'}${previous === undefined ? '' : `, the one before ${previous}`}.`;
    const message = `${paramFlag(flag, value)} is not a date of calendar ${key.calendar?.name ?? key.name}`;
    problems.push(problem('not-a-partition', message, fix));
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    problems.push(problem('out-of-calendar', error.message));
  }
}

function yearAfter(date: string): string {
  return `${String(Number(date.slice(0, 4)) + 1).padStart(4, '0')}-12-31`;
}

import { CalendarError } from '../calendar/calendar-error.ts';
import { textOfDay } from '../calendar/days.ts';
import { lastDayOf } from '../calendar/period.ts';
import {
  isPosition,
  positionAtOrAfter,
  positionAtOrBefore,
  positionsBetween,
  positionsByLastDay,
} from '../calendar/positions.ts';
import { parseTimeValue } from '../calendar/value.ts';
import { dayAt } from '../calendar/zone.ts';
import { keyText } from '../model/partition.ts';
import type { Param, Pipeline, Scalar, Task } from '../model/pipeline.ts';
import type { DateRange, PlanRequest } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { TimeKey } from '../model/time.ts';
import { didYouMean } from '../spec/suggest.ts';
import { latestDue } from './due.ts';
import { timeKeyOf, typed, variantsOf, type Tables, type TaskTable, type Variant } from './tables.ts';

/** What of one task was asked for. */
export interface Asked {
  readonly table: TaskTable;
  readonly positions: readonly string[];
  readonly variants: readonly Variant[];
}

/** Reads a request against the pipeline. Every mistake goes to `problems`; what is left is what can be planned. */
export function readRequest(
  tables: Tables,
  pipeline: Pipeline,
  request: PlanRequest,
  nowMs: number,
  problems: Problem[],
): readonly Asked[] {
  const tasks = namedTasks(pipeline, request, problems);
  checkParams(pipeline, request.params, problems);
  checkTimes(pipeline, request.times, problems);
  checkRange(request.range, 'date', 'date', problems);
  if (problems.length > 0) return [];
  const asked: Asked[] = [];
  for (const task of tasks) {
    const table = tables.tableOf(pipeline.name, task.name);
    if (table === undefined) continue;
    const variants = askedVariants(table, request.params, problems);
    try {
      asked.push({ table, variants, positions: askedPositions(tables, table, request, nowMs) });
    } catch (error) {
      if (!(error instanceof CalendarError)) throw error;
      addOnce(problems, problem('out-of-calendar', error.message));
    }
  }
  if (problems.length === 0) checkSingle(asked, request, problems);
  return asked;
}

function namedTasks(pipeline: Pipeline, request: PlanRequest, problems: Problem[]): readonly Task[] {
  const all = Object.values(pipeline.tasks).filter((task) => task.kind !== 'hook');
  if (request.tasks.length > 0) {
    const named = new Set(request.tasks);
    for (const name of named) {
      const task = pipeline.tasks[name];
      if (task === undefined) {
        const fix = didYouMean(name, Object.keys(pipeline.tasks), 'tasks');
        problems.push(
          problem('unknown-task', `there is no task \`${name}\` in pipeline ${pipeline.name}`, fix),
        );
      } else if (task.kind === 'hook') {
        const fix = 'Name the tasks it follows.';
        problems.push(problem('hook-asked', `\`${name}\` is a hook: it runs once after whatever ran`, fix));
      }
    }
    return all.filter((task) => named.has(task.name));
  }
  // `--half 2021-01-16` alone is about halves: the newest of everything else was not asked for.
  const given = Object.keys(request.times);
  if (given.length === 0 || request.range.kind !== 'latest') return all;
  return all.filter((task) => task.timeKey !== undefined && given.includes(task.timeKey));
}

function askedPositions(
  tables: Tables,
  table: TaskTable,
  request: PlanRequest,
  nowMs: number,
): readonly string[] {
  const key = table.timeKey;
  if (key === undefined) return [''];
  const own = request.times[key.name];
  const range = own ?? request.range;
  switch (range.kind) {
    case 'latest': {
      const position = latestDue(tables, table, nowMs);
      return position === undefined ? [] : [position];
    }
    case 'today': {
      const today = textOfDay(dayAt(key.timezone, nowMs));
      return positionsByLastDay(key, today, today);
    }
    case 'single':
      if (own === undefined) return positionsByLastDay(key, range.value, range.value);
      return isPosition(key, range.value) ? [range.value] : [];
    case 'range':
      return own === undefined
        ? positionsByLastDay(key, range.from, range.to)
        : positionsBetween(key, range.from, range.to);
  }
}

function askedVariants(
  table: TaskTable,
  given: PlanRequest['params'],
  problems: Problem[],
): readonly Variant[] {
  const fixed: Record<string, string> = {};
  for (const name of table.task.keys) {
    const param = table.pipeline.params[name];
    const value = given[name] ?? (param?.kind === 'plain' ? param.default : undefined);
    if (value !== undefined) {
      const text = param?.kind === 'plain' ? typed(param, value) : value;
      if (text !== undefined) fixed[name] = keyText(text);
    } else if (param?.kind === 'plain' && (param.type === 'string' || param.type === 'number')) {
      const message = `task ${table.task.name} needs a value for its key \`${name}\``;
      addOnce(problems, problem('missing-param', message, `Give --${name} <${param.type}>.`));
    }
  }
  return variantsOf(table, fixed);
}

function checkParams(pipeline: Pipeline, given: PlanRequest['params'], problems: Problem[]): void {
  const legs = matrixValues(pipeline);
  for (const [name, value] of Object.entries(given)) {
    const param = pipeline.params[name];
    if (param?.kind === 'plain') {
      if (typed(param, value) === undefined) problems.push(wrongValue(param, value));
      continue;
    }
    const values = legs.get(name);
    if (values !== undefined) {
      if (values === 'any' || values.has(keyText(value))) continue;
      const fix = didYouMean(keyText(value), [...values], `values of ${name}`);
      problems.push(problem('invalid-param', `\`${name}\` has no value \`${keyText(value)}\``, fix));
      continue;
    }
    if (param === undefined) problems.push(unknownParam(pipeline, name));
  }
}

function checkTimes(pipeline: Pipeline, times: PlanRequest['times'], problems: Problem[]): void {
  for (const [name, range] of Object.entries(times)) {
    const key = timeKeyOf(pipeline, name);
    if (key === undefined) {
      problems.push(unknownParam(pipeline, name));
      continue;
    }
    const before = problems.length;
    checkRange(range, key.type, name, problems);
    if (problems.length === before && range.kind === 'single')
      checkPosition(key, range.value, name, problems);
  }
}

function checkRange(range: DateRange, type: TimeKey['type'], flag: string, problems: Problem[]): void {
  const values =
    range.kind === 'single' ? [range.value] : range.kind === 'range' ? [range.from, range.to] : [];
  const before = problems.length;
  for (const value of values) {
    const parsed = parseTimeValue(type, value);
    if (parsed.ok) continue;
    const fix = parsed.suggestion === undefined ? undefined : `Did you mean ${parsed.suggestion}?`;
    addOnce(problems, problem('invalid-param', `--${flag} ${value}: ${parsed.reason}`, fix));
  }
  if (problems.length === before && range.kind === 'range' && range.from > range.to) {
    const message = `the range ${range.from}..${range.to} ends before it begins`;
    problems.push(problem('invalid-param', message, `Did you mean ${range.to}..${range.from}?`));
  }
}

/** A single date must be a partition of the tasks that have such dates; the ends of a range need not be. */
function checkSingle(asked: readonly Asked[], request: PlanRequest, problems: Problem[]): void {
  const { range } = request;
  if (range.kind !== 'single') return;
  const timed = asked.flatMap(({ table, positions }) =>
    table.timeKey === undefined || request.times[table.timeKey.name] !== undefined
      ? []
      : [{ key: table.timeKey, positions }],
  );
  if (timed.length === 0 || timed.some(({ positions }) => positions.length > 0)) return;
  const daily = timed.find(({ key }) => key.type === 'date' && key.calendar?.kind !== 'month-days');
  if (daily !== undefined) {
    checkPosition(daily.key, range.value, 'date', problems);
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
      const message = `--${flag} ${value} is before the start of \`${key.name}\`, ${key.start}`;
      problems.push(
        problem('before-start', message, `The first is ${positionAtOrAfter(key, key.start) ?? key.start}.`),
      );
      return;
    }
    const what = key.calendar?.kind === 'weekdays' ? 'trading day' : 'date';
    const previous = positionAtOrBefore(key, value);
    const next = positionAtOrAfter(key, value);
    const fix = `The next ${what} is ${next ?? 'none'}${previous === undefined ? '' : `, the one before ${previous}`}.`;
    const message = `--${flag} ${value} is not a date of calendar ${key.calendar?.name ?? key.name}`;
    problems.push(problem('not-a-partition', message, fix));
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    problems.push(problem('out-of-calendar', error.message));
  }
}

function wrongValue(param: Extract<Param, { kind: 'plain' }>, value: Scalar): Problem {
  const message = `--${param.name}: expected ${expectedOf(param)}, found "${keyText(value)}"`;
  const fix = param.type === 'choice' ? didYouMean(keyText(value), param.options ?? [], 'values') : undefined;
  return problem('invalid-param', message, fix);
}

function expectedOf(param: Extract<Param, { kind: 'plain' }>): string {
  switch (param.type) {
    case 'choice':
      return `one of ${(param.options ?? []).join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'number':
      return 'a number';
    case 'string':
      return 'a string';
  }
}

function unknownParam(pipeline: Pipeline, name: string): Problem {
  const known = [...new Set([...Object.keys(pipeline.params), ...matrixValues(pipeline).keys()])];
  const message = `pipeline ${pipeline.name} has no param \`${name}\``;
  return problem('unknown-param', message, didYouMean(name, known, 'params'));
}

/** A matrix key may be given like a param: it picks legs. */
function matrixValues(pipeline: Pipeline): ReadonlyMap<string, ReadonlySet<string> | 'any'> {
  const values = new Map<string, Set<string> | 'any'>();
  for (const { matrix } of Object.values(pipeline.tasks)) {
    for (const name of matrix?.keys ?? []) {
      const known = values.get(name);
      if (matrix === undefined || matrix.kind === 'dynamic' || known === 'any') {
        values.set(name, 'any');
        continue;
      }
      const legs = matrix.legs.flatMap((leg) => (leg[name] === undefined ? [] : [keyText(leg[name])]));
      values.set(name, new Set([...(known ?? []), ...legs]));
    }
  }
  return values;
}

function yearAfter(date: string): string {
  return `${String(Number(date.slice(0, 4)) + 1).padStart(4, '0')}-12-31`;
}

export function problem(code: string, message: string, fix?: string): Problem {
  return { severity: 'error', code, message, ...(fix !== undefined && { fix }) };
}

function addOnce(problems: Problem[], added: Problem): void {
  if (!problems.some((known) => known.message === added.message)) problems.push(added);
}

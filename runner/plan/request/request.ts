import { CalendarError } from '../../calendar/calendar-error.ts';
import { textOfDay } from '../../calendar/days.ts';
import { dayAt } from '../../calendar/zone.ts';
import { paramFlag } from '../../model/flags.ts';
import { keyText } from '../../model/partition.ts';
import type { Pipeline, Task } from '../../model/pipeline.ts';
import type { PlanRequest } from '../../model/plan.ts';
import type { Problem } from '../../model/problem.ts';
import { didYouMean } from '../../language/suggest.ts';
import { askedPositions, isPartition } from './asked-positions.ts';
import { askedExactly } from './exactly.ts';
import { checkSingle, checkTimes } from './check-dates.ts';
import { checkParams } from './check-params.ts';
import { checkEnds } from './range-end.ts';
import { addOnce, problem } from './request-problem.ts';
import type { Asked, Tables, TaskTable, Variant } from '../scope/tables.ts';
import { timeKeyOf } from '../scope/time-keys.ts';
import { typed } from './typed-value.ts';
import { variantsOf } from '../scope/variants.ts';
import { own, setOwn } from '../../model/own.ts';

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
  const today = textOfDay(dayAt(pipeline.timezone, nowMs));
  checkTimes(pipeline, request.times, today, problems);
  if (!isOwnDate(pipeline, request.range))
    checkEnds(request.range, { grain: { type: 'date' }, flag: 'date', today }, problems);
  if (problems.length > 0) return [];
  if (request.instances !== undefined) return askedExactly(tables, request, request.instances);
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
  const { due } = request;
  if (due !== undefined) return all.filter(({ name }) => Object.hasOwn(due.since, name));
  if (request.tasks.length > 0) {
    const named = new Set(request.tasks);
    for (const name of named) {
      const task = own(pipeline.tasks, name);
      if (task === undefined) {
        const fix = didYouMean(name, Object.keys(pipeline.tasks), 'tasks');
        problems.push(
          problem('unknown-task', `there is no task \`${name}\` in pipeline ${pipeline.name}`, fix),
        );
      } else if (task.kind === 'hook') {
        const fix = `Name the tasks it follows. What it printed last: sluice logs ${pipeline.name}/${name}/_`;
        problems.push(problem('hook-asked', `\`${name}\` is a hook: it runs once after whatever ran`, fix));
      }
    }
    return all.filter((task) => named.has(task.name));
  }
  // `--half 2021-01-16` alone is about halves: the newest of everything else was not asked for.
  const given = Object.keys(request.times);
  if (given.length === 0 || request.range.kind !== 'latest') return all;
  // So are keys that are given beside it, of tasks that have no time.
  return all.filter(({ timeKey, keys }) =>
    timeKey === undefined
      ? keys.some((key) => own(request.params, key) !== undefined)
      : given.includes(timeKey),
  );
}

/** `--date 2021-02` where the param `date` is a month. */
function isOwnDate(pipeline: Pipeline, range: PlanRequest['range']): boolean {
  const key = timeKeyOf(pipeline, 'date');
  return range.kind === 'single' && key !== undefined && key.type !== 'date' && isPartition(key, range.value);
}

function askedVariants(
  table: TaskTable,
  given: PlanRequest['params'],
  problems: Problem[],
): readonly Variant[] {
  const fixed: Record<string, string> = {};
  for (const name of table.task.keys) {
    const param = own(table.pipeline.params, name);
    const value = own(given, name) ?? (param?.kind === 'plain' ? param.default : undefined);
    if (value !== undefined) {
      const text = param?.kind === 'plain' ? typed(param, value) : value;
      if (text !== undefined) setOwn(fixed, name, keyText(text));
    } else if (param?.kind === 'plain' && (param.type === 'string' || param.type === 'number')) {
      const message = `task ${table.task.name} needs a value for its key \`${name}\``;
      addOnce(problems, problem('missing-param', message, `Give ${paramFlag(name, `<${param.type}>`)}.`));
    }
  }
  return variantsOf(table, fixed);
}

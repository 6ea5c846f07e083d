import { paramWords } from '../../model/flags.ts';
import { keyText } from '../../model/partition.ts';
import type { DateRange, PlanRequest } from '../../model/plan.ts';
import type { StaleSource } from './made-from.ts';
import type { ScopedInstance } from '../scope/tables.ts';

type Sources = readonly (StaleSource | undefined)[];

/**
 * The words that make these anew with all that they are made from; undefined where those that were typed do, with
 * `--rebuild stale`. What another pipeline makes is made anew there first.
 */
export function rebuildCommand(
  request: PlanRequest,
  made: readonly ScopedInstance[],
  sources: Sources,
): readonly string[] | undefined {
  const own = made[0]?.table.pipeline;
  const found = made.flatMap(({ index }) => sources[index]?.instance ?? []);
  const [first] = found;
  if (first === undefined || own === undefined) return undefined;
  if (found.every(({ table }) => table.foreign)) return ['sluice', 'run', first.id, '--rebuild', 'stale'];
  if (request.tasks.length === 0) return undefined;
  const named = new Set([...request.tasks, ...tasksAbove(made, sources)]);
  return rebuildWords(
    request,
    Object.keys(own.tasks).filter((name) => named.has(name)),
  );
}

/** The tasks of this pipeline by which something stale comes to them. */
function tasksAbove(made: readonly ScopedInstance[], sources: Sources): ReadonlySet<string> {
  const seen = new Set<ScopedInstance>();
  const tasks = new Set<string>();
  const queue = [...made];
  for (let instance = queue.pop(); instance !== undefined; instance = queue.pop()) {
    for (const { members } of instance.bindings) {
      for (const member of members) {
        if (sources[member.index] === undefined || member.table.foreign || seen.has(member)) continue;
        seen.add(member);
        queue.push(member);
        if (member.table.task.kind !== 'wrapper') tasks.add(member.table.task.name);
      }
    }
  }
  return tasks;
}

function rebuildWords(request: PlanRequest, tasks: readonly string[]): readonly string[] {
  const { pipeline, range, times, params, downstream, now } = request;
  return [
    'sluice',
    'run',
    pipeline,
    ...tasks,
    ...rangeWords('date', range),
    ...Object.entries(times).flatMap(([name, time]) => rangeWords(name, time)),
    ...Object.entries(params).flatMap(([name, value]) => paramWords(name, keyText(value))),
    ...(downstream ? ['--downstream'] : []),
    ...(now === undefined ? [] : ['--now', now]),
    '--rebuild',
    'stale',
  ];
}

function rangeWords(name: string, range: DateRange): readonly string[] {
  switch (range.kind) {
    case 'latest':
      // Without a date that is what is meant.
      return name === 'date' ? [] : paramWords(name, 'latest');
    case 'today':
      return paramWords(name, 'today');
    case 'single':
      return paramWords(name, range.value);
    case 'range':
      return paramWords(name, `${range.from}..${range.to}`);
  }
}

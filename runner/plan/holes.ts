import { textOfDay } from '../calendar/days.ts';
import { firstDayOf, lastDayOf } from '../calendar/period.ts';
import { dayAt } from '../calendar/zone.ts';
import type { InstanceId } from '../model/partition.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { Plan, PlanRequest } from '../model/plan.ts';
import { timeKeyOf } from './scope/time-keys.ts';
import { own } from '../model/own.ts';

/** What of one task is due and within reach of its `start`, and has neither a result nor an excuse. */
export interface Holes {
  readonly pipeline: string;
  readonly task: string;
  readonly count: number;
  /** Newest first, the first of them. */
  readonly newest: readonly InstanceId[];
  /** Last days of the oldest and the newest. */
  readonly from: string;
  readonly to: string;
  /** That fills them. */
  readonly command: string;
}

const NAMED = 20;

/** All that ever was to be made of tasks whose time key has a `start`; undefined: there are none such. */
export function requestOfAll(pipeline: Pipeline, nowMs: number): PlanRequest | undefined {
  const starts: string[] = [];
  const tasks = Object.values(pipeline.tasks).flatMap((task) => {
    const key = task.timeKey === undefined ? undefined : timeKeyOf(pipeline, task.timeKey);
    if (key?.start === undefined || task.kind === 'wrapper' || task.kind === 'hook') return [];
    if (!task.keys.every((name) => isSpelledOut(pipeline, name))) return [];
    starts.push(firstDayOf(key, key.start));
    return [task.name];
  });
  const from = starts.sort()[0];
  const to = textOfDay(dayAt(pipeline.timezone, nowMs));
  if (from === undefined || from > to) return undefined;
  return {
    pipeline: pipeline.name,
    tasks,
    range: { kind: 'range', from, to },
    params: {},
    times: {},
    rebuild: { missing: true, failed: true, stale: false, all: false },
    downstream: false,
  };
}

/** Nobody knows which values a free key takes. */
function isSpelledOut({ params }: Pipeline, name: string): boolean {
  const param = own(params, name);
  if (param?.kind !== 'plain') return true;
  return param.type === 'choice' || param.type === 'boolean' || param.default !== undefined;
}

/** Of a plan for all that ever was to be made; failures and waits are told by their records. */
export function holesIn(plan: Plan, pipeline: Pipeline): readonly Holes[] {
  const found = new Map<string, { readonly id: InstanceId; readonly lastDay: string }[]>();
  for (const { id, task, asked, state, dueAt, keys } of plan.instances) {
    if (!asked || !(state === 'missing' || state === 'blocked')) continue;
    if (dueAt === undefined || Date.parse(dueAt) > Date.parse(plan.at)) continue;
    const name = own(pipeline.tasks, task)?.timeKey;
    const key = name === undefined ? undefined : timeKeyOf(pipeline, name);
    const value = name === undefined ? undefined : own(keys, name);
    if (key === undefined || value === undefined) continue;
    const one = { id, lastDay: lastDayOf(key, value) };
    const known = found.get(task);
    if (known === undefined) found.set(task, [one]);
    else known.push(one);
  }
  return [...found].map(([task, holes]) => holesOf(pipeline.name, task, holes));
}

function holesOf(
  pipeline: string,
  task: string,
  holes: readonly { readonly id: InstanceId; readonly lastDay: string }[],
): Holes {
  const sorted = holes.toSorted((a, b) => (a.lastDay < b.lastDay ? 1 : a.lastDay > b.lastDay ? -1 : 0));
  const [to, from] = [sorted[0]?.lastDay ?? '', sorted.at(-1)?.lastDay ?? ''];
  const range = from === to ? to : `${from}..${to}`;
  return {
    pipeline,
    task,
    count: holes.length,
    newest: sorted.slice(0, NAMED).map(({ id }) => id),
    from,
    to,
    command: `sluice run ${pipeline} ${task} --date ${range}`,
  };
}

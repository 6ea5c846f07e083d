import { ProblemsError } from '../errors.ts';
import { paramWords } from '../model/flags.ts';
import { own } from '../model/own.ts';
import { keyText } from '../model/partition.ts';
import type { Plan, PlannedInstance, PlanRequest } from '../model/plan.ts';
import type { Grain, TimeType } from '../model/time.ts';
import { timeKeyOf } from '../plan/scope/time-keys.ts';
import type { Planned } from './planned.ts';

/** What a run of the newest leaves of one task. */
export interface OlderMissing {
  readonly task: string;
  /** Values of its time key, ascending: what could run, and has no result. */
  readonly values: readonly string[];
  /** The oldest that was looked at is one of them: there may be more. */
  readonly atLeast: boolean;
  /** The words that run them. */
  readonly command: readonly string[];
}

/**
 * Which older partitions a plain run leaves, that asks for the newest of each task: only the newest seven are looked
 * at, of hours and minutes those of seven days, so that a run is not longer for it. Nothing where something else was
 * asked for.
 *
 * @throws StoreError where the store does not answer.
 */
export async function olderMissing(planned: Planned): Promise<readonly OlderMissing[]> {
  const { plan, asked } = planned;
  if (!isPlain(plan.request)) return [];
  const reaches = new Map<number, string[]>();
  for (const task of Object.values(asked.pipeline.tasks)) {
    const key = task.timeKey === undefined ? undefined : timeKeyOf(asked.pipeline, task.timeKey);
    const isAsked = plan.request.tasks.length === 0 || plan.request.tasks.includes(task.name);
    if (key === undefined || !isAsked || task.kind !== 'container') continue;
    const reach = reachOf(key);
    reaches.set(reach, [...(reaches.get(reach) ?? []), task.name]);
  }
  const found = await Promise.all([...reaches].map(([reach, tasks]) => olderOf(planned, tasks, reach)));
  const order = Object.keys(asked.pipeline.tasks);
  return found.flat().sort((one, other) => order.indexOf(one.task) - order.indexOf(other.task));
}

function isPlain({ range, times, rebuild, downstream }: PlanRequest): boolean {
  const isDefault = rebuild.missing && !rebuild.stale && !rebuild.all && !downstream;
  return isDefault && range.kind === 'latest' && Object.keys(times).length === 0;
}

const NEWEST = 7;
/** As a page of a listing holds. */
const MOST = 1000;

function reachOf({ type, step = 60 }: Grain): number {
  const perDay: Partial<Record<TimeType, number>> = { hour: 24, minute: 1440 / step };
  return Math.min(MOST, NEWEST * (own(perDay, type) ?? 1));
}

async function olderOf(
  { plan, pipelines, asked, ledger, nowMs }: Planned,
  tasks: readonly string[],
  reach: number,
): Promise<readonly OlderMissing[]> {
  const [{ scopeOf }, { makePlan }] = await Promise.all([
    import('../plan/scope/scope.ts'),
    import('../plan/plan.ts'),
  ]);
  const now = new Date(nowMs()).toISOString();
  const range = { kind: 'range', from: `latest-${reach - 1}`, to: 'latest' } as const;
  let wider: Plan;
  try {
    const scope = scopeOf(pipelines, { ...plan.request, tasks, range }, now);
    const knowledge = await ledger.readKnowledge(scope.ranges, { contents: false, glance: new Set() });
    wider = makePlan(pipelines, scope, knowledge, now);
  } catch (error) {
    // A calendar that does not reach back so far says nothing of what was asked for.
    if (error instanceof ProblemsError) return [];
    throw error;
  }
  const known = new Set(plan.instances.filter((instance) => instance.asked).map(({ id }) => id));
  return tasks.flatMap((name) => {
    const timeKey = own(asked.pipeline.tasks, name)?.timeKey ?? '';
    const all = wider.instances.filter((instance) => instance.asked && instance.task === name);
    const open = all.filter((instance) => instance.action === 'run' && !known.has(instance.id));
    const values = valuesOf(open, timeKey);
    const looked = valuesOf(all, timeKey);
    const [oldest] = values;
    if (oldest === undefined) return [];
    const back = looked.length - looked.indexOf(oldest);
    const command = commandOf(plan.request, name, Math.max(NEWEST, back));
    return [{ task: name, values, atLeast: oldest === looked[0] && looked.length === reach, command }];
  });
}

function valuesOf(instances: readonly PlannedInstance[], key: string): readonly string[] {
  return [...new Set(instances.flatMap(({ keys }) => own(keys, key) ?? []))].sort();
}

function commandOf({ pipeline, params, now }: PlanRequest, task: string, last: number): readonly string[] {
  return [
    'sluice',
    'run',
    pipeline,
    task,
    ...Object.entries(params).flatMap(([name, value]) => paramWords(name, keyText(value))),
    '--last',
    String(last),
    ...(now === undefined ? [] : ['--now', now]),
  ];
}

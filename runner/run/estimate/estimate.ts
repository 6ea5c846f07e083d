import type { Estimate } from '../../model/estimate.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import { mayMake, type Plan } from '../../model/plan.ts';
import { own } from '../../model/own.ts';
import type { Expressions } from '../expressions.ts';
import { nodesOf } from '../progress/nodes.ts';
import { scheduleSeconds } from './schedule.ts';

export interface Past {
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly pools: Readonly<Record<string, number>>;
  readonly concurrency: number;
  readonly expressions: Expressions;
  /** Seconds that the newest results took, by `pipeline/task`; in any order. */
  readonly seconds: ReadonlyMap<string, readonly number[]>;
}

/** Undefined: there is nothing to do. Pure; `nowMs` is when it would begin. */
export function estimate(plan: Plan, past: Past, nowMs: number): Estimate | undefined {
  const work = workOf(plan, past.pipelines);
  if (work.size === 0) return undefined;
  const spans = new Map([...past.seconds].flatMap(([task, seconds]) => spanOf(task, seconds)));
  const tasks = new Set(work.values());
  const unknown = [...tasks].filter((task) => !spans.has(task)).map(shortName);
  if (unknown.length === tasks.size) return { kind: 'no-past', tasks: unknown };

  const nodes = nodesOf(plan, past.pipelines, past.pools, past.expressions);
  const lasting = (which: keyof Span): number =>
    scheduleSeconds(nodes, past.concurrency, (id) => secondsOf(work, spans, id, which));
  const seconds = lasting('median');
  return {
    kind: 'known',
    seconds,
    // More work may end sooner under limits, by how it happens to fit: a range is one all the same.
    fromSeconds: Math.min(lasting('quick'), seconds),
    toSeconds: Math.max(lasting('slow'), seconds),
    endsAt: new Date(nowMs + seconds * 1000).toISOString(),
    longest: longestIn(work, spans),
    unknown,
  };
}

/** `pipeline/task` of all that has a container to run. */
function workOf(plan: Plan, pipelines: ReadonlyMap<string, Pipeline>): ReadonlyMap<InstanceId, string> {
  const work = new Map<InstanceId, string>();
  for (const { id, pipeline, task, action } of plan.instances) {
    if (!mayMake(action)) continue;
    const kind = own(pipelines.get(pipeline)?.tasks, task)?.kind;
    if (kind === 'container') work.set(id, `${pipeline}/${task}`);
  }
  return work;
}

interface Span {
  readonly quick: number;
  readonly median: number;
  readonly slow: number;
}

function spanOf(task: string, seconds: readonly number[]): readonly (readonly [string, Span])[] {
  if (seconds.length === 0) return [];
  const sorted = [...seconds].sort((a, b) => a - b);
  const at = (fraction: number): number => sorted[Math.round((sorted.length - 1) * fraction)] ?? 0;
  return [[task, { quick: at(0.1), median: at(0.5), slow: at(0.9) }]];
}

function secondsOf(
  work: ReadonlyMap<InstanceId, string>,
  spans: ReadonlyMap<string, Span>,
  id: InstanceId,
  which: keyof Span,
): number {
  return spans.get(work.get(id) ?? '')?.[which] ?? 0;
}

function longestIn(
  work: ReadonlyMap<InstanceId, string>,
  spans: ReadonlyMap<string, Span>,
): { readonly task: string; readonly share: number } {
  const busy = new Map<string, number>();
  let total = 0;
  for (const task of work.values()) {
    const { median = 0 } = spans.get(task) ?? {};
    busy.set(task, (busy.get(task) ?? 0) + median);
    total += median;
  }
  const [task, seconds] = [...busy].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  return { task: shortName(task), share: total === 0 ? 0 : seconds / total };
}

function shortName(task: string): string {
  return task.slice(task.indexOf('/') + 1);
}

import { createHash } from 'node:crypto';
import { wakesOf } from '../../calendar/cron.ts';
import type { Pipeline, RebuildWord, Schedule } from '../../model/pipeline.ts';
import type { DueRequest, Rebuild } from '../../model/plan.ts';
import type { ScheduledRebuild, TickRecord } from '../../model/records.ts';
import { own, setOwn } from '../../model/own.ts';

/** One question of a tick: what has become due of which tasks, and what is made anew of it. */
export interface TickAsk {
  readonly since: DueRequest['since'];
  readonly rebuild: Rebuild;
  /** The wake of a schedule that it answers, where it makes something anew. */
  readonly answers?: { readonly schedule: Schedule; readonly id: string; readonly wakeMs: number };
}

/** What a tick is told itself; each takes the place of what the pipeline's schedules say. */
export interface TickWords {
  readonly tasks?: readonly string[];
  readonly lookbackDays?: number;
  readonly rebuild?: Rebuild;
}

const DAY_MS = 86_400_000;
const LOOKBACK_DAYS = 7;

/**
 * What a tick asks for, by the clock and by what the store says of the last one, however late it comes: all that the
 * schedules are about and that became due within the lookback of that one, or of now. A schedule that makes something
 * anew is answered once for each of its wakes, of several that nobody answered for the last.
 */
export function asksOf(
  pipeline: Pipeline,
  last: TickRecord | undefined,
  nowMs: number,
  words: TickWords = {},
): readonly TickAsk[] {
  const reachMs = Math.min(nowMs, last === undefined ? nowMs : Date.parse(last.at));
  const { tasks, lookbackDays, rebuild } = words;
  const isTold = tasks !== undefined || lookbackDays !== undefined || rebuild !== undefined;
  if (isTold) {
    const days = lookbackDays ?? daysOf(pipeline);
    return [
      { since: sinceOf(tasks ?? askable(pipeline), reachMs, days), rebuild: rebuild ?? byDefault(pipeline) },
    ];
  }
  const since: Record<string, string> = {};
  for (const { tasks: names, lookbackDays: days } of schedulesOf(pipeline)) {
    for (const [task, at] of Object.entries(sinceOf(names ?? askable(pipeline), reachMs, days))) {
      const known = own(since, task);
      setOwn(since, task, known !== undefined && known < at ? known : at);
    }
  }
  return [{ since, rebuild: byDefault(pipeline) }, ...rebuildsOf(pipeline, last, nowMs)];
}

/** The schedules that make something anew as they are on record from now on. */
export function rebuildsKnown(
  pipeline: Pipeline,
  last: TickRecord | undefined,
  nowMs: number,
): readonly ScheduledRebuild[] {
  return pipeline.schedules.filter(isRebuild).map((schedule) => {
    const id = idOf(schedule);
    const known = last?.rebuilds.find((one) => one.schedule === id);
    return known ?? { schedule: id, since: new Date(nowMs).toISOString() };
  });
}

function rebuildsOf(pipeline: Pipeline, last: TickRecord | undefined, nowMs: number): readonly TickAsk[] {
  return pipeline.schedules.filter(isRebuild).flatMap((schedule) => {
    const id = idOf(schedule);
    const known = last?.rebuilds.find((one) => one.schedule === id);
    const wakeMs = wakesOf(schedule.cron, pipeline.timezone).newest(nowMs);
    if (known === undefined || wakeMs === undefined) return [];
    if (wakeMs <= Date.parse(known.served ?? known.since)) return [];
    return {
      since: sinceOf(schedule.tasks ?? askable(pipeline), wakeMs, schedule.lookbackDays),
      rebuild: {
        ...rebuildOf(schedule.rebuild),
        // One that was interrupted goes on: what was made since the wake is made.
        ...(schedule.rebuild.includes('all') && { since: runAt(wakeMs) }),
      },
      answers: { schedule, id, wakeMs },
    };
  });
}

/** A schedule that says nothing of what is made anew only wakes. */
export function isRebuild({ rebuild }: Schedule): boolean {
  return rebuild.includes('stale') || rebuild.includes('all');
}

/** Without any, all of the pipeline's tasks are asked for by whatever wakes a tick. */
function schedulesOf(pipeline: Pipeline): readonly Pick<Schedule, 'tasks' | 'lookbackDays'>[] {
  return pipeline.schedules.length > 0 ? pipeline.schedules : [{ lookbackDays: LOOKBACK_DAYS }];
}

function daysOf(pipeline: Pipeline): number {
  return Math.max(...schedulesOf(pipeline).map(({ lookbackDays }) => lookbackDays));
}

function askable({ tasks }: Pipeline): readonly string[] {
  return Object.values(tasks).flatMap(({ name, kind }) => (kind === 'hook' ? [] : [name]));
}

function sinceOf(tasks: readonly string[], reachMs: number, days: number): DueRequest['since'] {
  const since = new Date(reachMs - days * DAY_MS).toISOString();
  return Object.fromEntries(tasks.map((task) => [task, since]));
}

function byDefault({ rebuild = [] }: Pipeline): Rebuild {
  return rebuildOf(rebuild);
}

function rebuildOf(words: readonly RebuildWord[]): Rebuild {
  return { missing: true, failed: true, stale: words.includes('stale'), all: words.includes('all') };
}

/** As it would be called if a run had begun then: staleness by age goes by the names of runs. */
function runAt(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z-000000`;
}

function idOf({ cron, tasks, lookbackDays, rebuild }: Schedule): string {
  return createHash('sha256')
    .update(JSON.stringify([cron, tasks ?? null, lookbackDays, rebuild]))
    .digest('hex');
}

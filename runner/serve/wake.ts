import type { PipelineTick } from '../app/tick/pipeline-tick.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { nextWake, upcomingDue } from '../plan/tick/upcoming.ts';

const MINUTE_MS = 60_000;
/** Ahead of which nothing is looked for where no cron is written. */
const AHEAD_MS = 60 * MINUTE_MS;

/**
 * When a pipeline is ticked next, after a tick that began at an instant. By its crons alone where it has any; else when
 * something becomes due, every minute while something waits, every five while a failure is open, and every hour.
 */
export function wakeAfter(
  pipelines: ReadonlyMap<string, Pipeline>,
  pipeline: Pipeline,
  begunMs: number,
  tick: PipelineTick | undefined,
): number {
  if (pipeline.schedules.length > 0) return nextWake(pipeline, begunMs) ?? Number.POSITIVE_INFINITY;
  const states = new Set(tick?.parts.flatMap(({ report }) => report.instances.map(({ state }) => state)));
  const soonMs =
    states.has('waiting') || states.has('running')
      ? MINUTE_MS
      : states.has('failed') || states.has('unpublished')
        ? 5 * MINUTE_MS
        : AHEAD_MS;
  const [next] = upcomingDue(pipelines, pipeline, begunMs, begunMs + soonMs, 1);
  return next?.dueMs ?? begunMs + soonMs;
}

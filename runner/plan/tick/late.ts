import { wakesOf } from '../../calendar/cron.ts';
import { describeMoment } from '../../calendar/moment.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import type { TickRecord } from '../../model/records.ts';

/** A runner that starts its jobs minutes late is no news. */
const MUCH_MS = 15 * 60_000;

/** In words where a tick comes much later than its schedule: the first wake since the last one. */
export function lateWords(
  pipeline: Pipeline,
  last: TickRecord | undefined,
  nowMs: number,
): string | undefined {
  if (last === undefined) return undefined;
  const lastMs = Date.parse(last.at);
  const wakes = pipeline.schedules.flatMap(({ cron }) => wakesOf(cron, pipeline.timezone).next(lastMs) ?? []);
  const first = Math.min(...wakes);
  if (first > nowMs - MUCH_MS) return undefined;
  const was = describeMoment(first, nowMs, pipeline.timezone);
  return `${pipeline.name}: this tick comes late: its schedule was to wake ${was}; the last tick began ${describeMoment(lastMs, nowMs, pipeline.timezone)}; all that became due since then is asked for`;
}

import type { AskedPipeline } from '../../app/asked-pipeline.ts';
import { readMoment } from '../../app/moment.ts';
import type { OpenedProject } from '../../app/project/open-project.ts';
import { clockWords, describeMoment } from '../../calendar/moment.ts';
import { EXIT, ProblemsError, usageError } from '../../errors.ts';
import { own } from '../../model/own.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import { upcomingDue, type UpcomingDue } from '../../plan/tick/upcoming.ts';
import type { Output } from '../cli/output.ts';

const HOUR_MS = 3_600_000;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: HOUR_MS, d: 24 * HOUR_MS };
const MOST_MS = 366 * 24 * HOUR_MS;

/** `sluice plan <pipeline> --next 24h`: what becomes due by then, and which wake of its schedules asks for it. */
export async function nextCommand(
  { pipeline, opened, mistakes }: AskedPipeline,
  { next, now }: { readonly next: string; readonly now?: string },
  output: Output,
): Promise<number> {
  if (mistakes.length > 0) throw new ProblemsError(mistakes);
  const fromMs = readMoment(opened.clock, pipeline.timezone, now)();
  const found = upcomingDue(opened.pipelines, pipeline, fromMs, fromMs + spanOf(next));
  if (output.json) {
    const iso = (ms: number): string => new Date(ms).toISOString();
    await output.document({
      schema: 1,
      pipeline: pipeline.name,
      next: found.map(({ dueMs, wakeMs, ...rest }) => ({
        dueAt: iso(dueMs),
        wakeAt: wakeMs === undefined ? null : iso(wakeMs),
        ...rest,
      })),
    });
    return EXIT.ok;
  }
  output.say(
    found.length === 0
      ? `${pipeline.name}: nothing becomes due in the next ${next}`
      : linesOf(pipeline, found, fromMs),
  );
  return EXIT.ok;
}

const SHOWN = 3;
const AHEAD_MS = 31 * 24 * HOUR_MS;

/** The first few, for whoever looks whether a schedule does what was meant. */
export function nextLines({ pipelines, clock }: OpenedProject, pipeline: Pipeline): readonly string[] {
  if (pipeline.schedules.length === 0) return [];
  const nowMs = clock.now();
  const found = upcomingDue(pipelines, pipeline, nowMs, nowMs + AHEAD_MS, 1);
  return linesOf(pipeline, found.slice(0, SHOWN), nowMs).map((line) => `  next: ${line}`);
}

function linesOf({ timezone }: Pipeline, found: readonly UpcomingDue[], nowMs: number): readonly string[] {
  return found.map(({ dueMs, task, partition, instances, wakeMs }) => {
    const many = instances > 1 ? ` (${instances} instances)` : '';
    const seen =
      wakeMs === undefined
        ? 'no schedule asks for it'
        : `asked for at ${clockWords(wakeMs, dueMs, timezone)}`;
    return `${task} ${partition}${many} due ${describeMoment(dueMs, nowMs, timezone)}, ${seen}`;
  });
}

function spanOf(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? [];
  const span = Number(count) * (own(UNITS, unit) ?? 0);
  if (span > 0 && span <= MOST_MS) return span;
  throw usageError(
    'bad-next',
    `expected a span of time of at most 366d for --next, found "${text}"`,
    'write it as --next 24h, 90m or 7d',
  );
}

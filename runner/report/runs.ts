import { byHandWords } from '../model/hand.ts';
import type { RunRecord } from '../model/records.ts';
import type { Paint } from './paint.ts';
import { formatCount, formatCounts, formatDuration } from './words.ts';

export interface ListedRun {
  readonly run: RunRecord;
  /** Its outcome, `running`, or `died`. */
  readonly state: string;
}

/** A line a run, newest first. Where nothing had to be done in several one after another, they share a line. */
export function runLines(runs: readonly ListedRun[], paint: Paint): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < runs.length;) {
    const idle = idleFrom(runs, at);
    if (idle.length > 1) lines.push(paint.dim(idleLine(idle)));
    else lines.push(...runs.slice(at, at + 1).map((listed) => runLine(listed, paint)));
    at += Math.max(1, idle.length);
  }
  return lines;
}

/** Of that run and those that follow it without a break. */
function idleFrom(runs: readonly ListedRun[], at: number): readonly RunRecord[] {
  const end = runs.findIndex(({ run }, index) => index >= at && !isIdle(run));
  return runs.slice(at, end < 0 ? runs.length : end).map(({ run }) => run);
}

/** It found all it was asked for done, and made no attempt at anything. */
function isIdle({ outcome, by, counts = {}, instances = [] }: RunRecord): boolean {
  return (
    outcome === 'succeeded' &&
    by === undefined &&
    (counts.succeeded ?? 0) === 0 &&
    instances.every(({ attempt }) => attempt === undefined)
  );
}

function idleLine(runs: readonly RunRecord[]): string {
  const days = runs.map(({ startedAt }) => startedAt.slice(0, 10)).sort();
  const [first = '', last = ''] = [days[0], days.at(-1)];
  const pipelines = [...new Set(runs.map(({ pipeline }) => pipeline))].sort();
  const named = pipelines.length > PIPELINES_NAMED ? `${pipelines.length} pipelines` : pipelines.join(', ');
  const span = first === last ? first : `${first} … ${last}`;
  return `${formatCount(runs.length, 'run')} of ${named} in which nothing had to be done, ${span}`;
}

const PIPELINES_NAMED = 3;

function runLine({ run, state }: ListedRun, paint: Paint): string {
  const seconds =
    run.finishedAt === undefined
      ? undefined
      : (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
  const began = `${state === 'died' ? 'after it began ' : 'since '}${minute(run.startedAt)}`;
  const when = seconds === undefined ? began : `in ${formatDuration(seconds)}`;
  const counts = run.counts === undefined ? '' : `: ${formatCounts(run.counts, paint.state)}`;
  if (run.by !== undefined) {
    const some = formatCount(run.instances?.length ?? 0, 'instance');
    return `${paint.dim(run.run)}  ${run.pipeline} ${paint.bold('by hand')}, ${minute(run.startedAt)}: ${some} ${byHandWords(run.by)}`;
  }
  return `${paint.dim(run.run)}  ${run.pipeline} ${paint.bold(state)} ${when}${counts}`;
}

/** `2021-01-29 18:00 UTC` */
export function minute(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

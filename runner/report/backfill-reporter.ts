import type { RunEvent } from '../model/event.ts';
import type { InstanceId } from '../model/partition.ts';
import type { Clock, Reporter } from '../ports.ts';
import { cleaned, cleanedLine } from './cleaned.ts';
import { rough } from './estimate.ts';
import type { Paint } from './paint.ts';
import { formatFinished, formatNotice } from './plain.ts';
import { formatSummary } from './summary.ts';
import type { Surroundings } from './surroundings.ts';
import { oneLine } from './words.ts';

export interface BackfillReporterOptions {
  readonly write: (text: string) => void;
  readonly paint: Paint;
  readonly clock: Pick<Clock, 'now'>;
  readonly surroundings: Surroundings;
  /** Of a terminal: one line that changes in its place. Absent: a line now and then. */
  readonly columns?: () => number;
  /** Calls back every so often, until what it returned is called. */
  readonly every: (milliseconds: number, act: () => void) => () => void;
}

const REDRAW_MILLISECONDS = 200;
const LINE_MILLISECONDS = 30_000;
/** The rate is that of the last minutes: a backfill finds its pace. */
const RATE_MILLISECONDS = 5 * 60_000;

/** How far a backfill is, how fast it goes, what fails and why, and how long that takes; above it what should stay. */
export function createBackfillReporter(options: BackfillReporterOptions): Reporter {
  const { paint, clock, surroundings, columns } = options;
  const { complete } = surroundings;
  const progress = createBackfillProgress();
  let stop: (() => void) | undefined;
  let isShown = false;

  const clear = (): void => {
    if (isShown) options.write('\r\u001b[K');
    isShown = false;
  };
  const show = (): void => {
    const line = progress.line(clock.now());
    if (columns === undefined) {
      options.write(`${cleanedLine(`${paint.dim(timeOf(clock.now()))} ${line}`)}\n`);
      return;
    }
    options.write(`\r\u001b[K${cleaned(line.slice(0, Math.max(1, columns() - 1)))}`);
    isShown = true;
  };
  const say = (text: string): void => {
    clear();
    options.write(`${cleanedLine(`${paint.dim(timeOf(clock.now()))} ${complete(text)}`)}\n`);
  };
  const end = (): void => {
    stop?.();
    stop = undefined;
    clear();
  };

  return {
    on(event) {
      progress.apply(event, clock.now());
      switch (event.type) {
        case 'run-started':
          if (progress.toDo() > 0)
            stop = options.every(columns === undefined ? LINE_MILLISECONDS : REDRAW_MILLISECONDS, show);
          return;
        case 'paced':
          if (event.message !== undefined) say(oneLine(event.message));
          return;
        case 'instance-finished':
          if (event.result.state === 'failed') say(formatFinished(event.result, paint));
          return;
        case 'warning':
        case 'interrupted':
          say(formatNotice(event, paint));
          return;
        case 'run-finished':
          if (stop !== undefined) {
            if (columns === undefined) show();
            end();
          }
          options.write(`${cleaned(formatSummary(event.report, paint, surroundings))}\n`);
          return;
        default:
          return;
      }
    },
    close: async () => end(),
  };
}

function timeOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(11, 19);
}

interface BackfillProgress {
  apply(event: RunEvent, nowMs: number): void;
  toDo(): number;
  line(nowMs: number): string;
}

/** What the events add up to, as one line. */
export function createBackfillProgress(): BackfillProgress {
  const open = new Set<InstanceId>();
  const running = new Set<InstanceId>();
  const putBack = new Set<InstanceId>();
  /** By task and cause, each instance once. */
  const causes = new Map<string, Set<InstanceId>>();
  let ends: number[] = [];
  let startedAtMs = 0;
  let total = 0;
  /** That will not be done any more. */
  let left = 0;
  let atOnce: number | undefined;

  const blame = (id: InstanceId, words: string): void => {
    const key = `${id.split('/')[1] ?? ''}: ${oneLine(words).slice(0, 60)}`;
    const known = causes.get(key);
    if (known === undefined) causes.set(key, new Set([id]));
    else known.add(id);
  };
  const forgive = (id: InstanceId): void => {
    putBack.delete(id);
    for (const [key, ids] of causes) if (ids.delete(id) && ids.size === 0) causes.delete(key);
  };

  return {
    toDo: () => total,
    apply(event, nowMs) {
      switch (event.type) {
        case 'run-started':
          startedAtMs = nowMs;
          for (const { id, action } of event.plan.instances) if (action !== 'none') open.add(id);
          total = open.size;
          return;
        case 'instance-started':
          running.add(event.id);
          return;
        case 'put-back':
          running.delete(event.id);
          putBack.add(event.id);
          blame(event.id, event.cause.message);
          return;
        case 'paced':
          atOnce = event.concurrency;
          return;
        case 'instance-finished': {
          const { id, state, cause } = event.result;
          running.delete(id);
          if (!open.delete(id)) return;
          if (state === 'cancelled') left += 1;
          if (state === 'failed') {
            putBack.delete(id);
            if (cause !== undefined) blame(id, cause.message);
          } else forgive(id);
          if (state !== 'blocked' && state !== 'cancelled') ends.push(nowMs);
          return;
        }
        default:
          return;
      }
    },
    line(nowMs) {
      ends = ends.filter((at) => nowMs - at <= RATE_MILLISECONDS);
      const done = total - open.size - left;
      const minutes = Math.max(1, Math.min(RATE_MILLISECONDS, nowMs - startedAtMs)) / 60_000;
      const rate = ends.length / minutes;
      const most = [...causes].sort((a, b) => b[1].size - a[1].size).slice(0, CAUSES_SHOWN);
      const parts = [
        `${bar(total === 0 ? 1 : done / total)} ${count(done)} of ${count(total)}`,
        `${running.size}${atOnce === undefined ? '' : ` of ${atOnce}`} at once`,
        ...(rate === 0 ? [] : [`${rate >= 10 ? Math.round(rate) : rate.toFixed(1)} a minute`]),
        ...(rate === 0 || open.size === 0 ? [] : [`about ${rough((open.size / rate) * 60)} left`]),
        ...(putBack.size === 0 ? [] : [`${count(putBack.size)} to try again`]),
        ...most.map(([cause, ids]) => `${count(ids.size)} × ${cause}`),
      ];
      return parts.join(' · ');
    },
  };
}

const CAUSES_SHOWN = 2;
const BAR_WIDTH = 20;

function bar(fraction: number): string {
  const full = Math.floor(fraction * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

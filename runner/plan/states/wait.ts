import { clockWords } from '../../calendar/moment.ts';
import type { WaitRecord } from '../../model/records.ts';

const MINUTE_MS = 60_000;
const LEAST_MS = MINUTE_MS;
const MOST_MS = 30 * MINUTE_MS;
/** A tenth of all the time waited is a ninth of what was waited at the last ask. */
const PART = 9;

/**
 * When a tick asks again, in milliseconds since the epoch: not within a tenth of the time that it has waited by then, but
 * after 1 minute at the least and 30 at the most. Not before `nowMs`; a last ask that a wrong clock has put ahead of it
 * delays the next no longer than that.
 */
export function nextAsk({ since, lastAsk }: Pick<WaitRecord, 'since' | 'lastAsk'>, nowMs: number): number {
  if (lastAsk === undefined) return nowMs;
  const lastMs = Math.min(Date.parse(lastAsk.at), nowMs);
  const pause = Math.min(MOST_MS, Math.max(LEAST_MS, Math.ceil((lastMs - Date.parse(since)) / PART)));
  return Math.max(nowMs, lastMs + pause);
}

export interface WaitTimes {
  readonly nowMs: number;
  readonly timezone: string;
  readonly deadlineMs: number | undefined;
}

/** `waiting since 16:32, asked 9 times, last answer: 404 …/x.txt, next ask 18:05, deadline 21:00` */
export function waitWords(wait: WaitRecord, { nowMs, timezone, deadlineMs }: WaitTimes): string {
  const at = (ms: number) => clockWords(ms, nowMs, timezone);
  const next = nextAsk(wait, nowMs);
  const answer = lastAnswer(wait.lastAsk?.lastLines ?? []);
  return [
    `waiting since ${at(Date.parse(wait.since))}`,
    `asked ${wait.count === 1 ? 'once' : `${wait.count.toLocaleString('en-US')} times`}`,
    ...(answer === undefined ? [] : [`last answer: ${answer}`]),
    `next ask ${next <= nowMs ? 'at once' : at(next)}`,
    ...(deadlineMs === undefined ? [] : [deadlineWords(deadlineMs, nowMs, at(deadlineMs))]),
  ].join(', ');
}

export function deadlineWords(deadlineMs: number, nowMs: number, clock: string): string {
  return deadlineMs <= nowMs ? `its deadline ${clock} has passed` : `deadline ${clock}`;
}

/** Enough of a line for both ends of a long address. */
const ANSWER_LENGTH = 120;

function lastAnswer(lines: readonly string[]): string | undefined {
  const line = lines.findLast((one) => one.trim() !== '')?.trim();
  if (line === undefined || line.length <= ANSWER_LENGTH) return line;
  const half = ANSWER_LENGTH / 2;
  return `${line.slice(0, half)}…${line.slice(-half)}`;
}

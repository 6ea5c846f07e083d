import type { FailureRecord } from './records.ts';

const HOUR_SECONDS = 3600;
const AFTER_SECONDS = [HOUR_SECONDS, 4 * HOUR_SECONDS, 24 * HOUR_SECONDS];
/** Nobody has to change anything for it to succeed: an engine that was restarted, a store that was away. */
const SOON_SECONDS = 5 * 60;

/**
 * When a tick tries again what has failed, in milliseconds since the epoch: an hour after it, then four hours, then a
 * day after each. After trouble that passes by itself sooner, the first time.
 */
export function triedAgainMs({
  cause,
  count,
  finishedAt,
}: Pick<FailureRecord, 'cause' | 'count' | 'finishedAt'>): number {
  const waits = cause.transient ? [SOON_SECONDS, ...AFTER_SECONDS] : AFTER_SECONDS;
  const seconds = waits[Math.min(count, waits.length) - 1] ?? HOUR_SECONDS;
  return Date.parse(finishedAt) + seconds * 1000;
}

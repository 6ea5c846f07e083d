import { parseInstant } from '../calendar/instant.ts';
import { usageError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/**
 * What time it is for due times, ranges and what is awaited: the moment that was asked for, else the clock's.
 *
 * @throws ProblemsError for a text that is no instant.
 */
export function readMoment(clock: Clock, timezone: string, now: string | undefined): () => number {
  if (now === undefined) return () => clock.now();
  const read = parseInstant(now, timezone);
  if (read.ok) return () => read.epochMs;
  throw usageError(
    'bad-now',
    `--now: ${read.reason}`,
    read.suggestion === undefined
      ? 'write it as --now 2021-01-29T18:00:00Z, or with an offset in place of Z'
      : `write --now ${read.suggestion}, as it is in ${timezone}`,
  );
}

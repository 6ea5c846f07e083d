import { byHandWords } from '../model/hand.ts';
import type { ByHand } from '../model/records.ts';
import type { ReportState } from '../model/state.ts';
import type { Paint } from './paint.ts';
import { minute } from './runs.ts';
import { formatDuration, oneLine } from './words.ts';

/** See `app/status/attempts.ts`. */
interface ToldAttempt {
  readonly id: string;
  readonly attempt: string;
  readonly state: ReportState;
  readonly reason: string;
  readonly startedAt: string;
  readonly seconds?: number;
  readonly by?: ByHand;
}

/** A line an attempt: when, how it ended, how long it took. */
export function attemptLines(attempts: readonly ToldAttempt[], paint: Paint): readonly string[] {
  return attempts.map(({ id, attempt, state, reason, startedAt, seconds, by }) => {
    const took = seconds === undefined ? '' : ` in ${formatDuration(seconds)}`;
    const why =
      by === undefined
        ? reason === '' || reason === state
          ? ''
          : `: ${oneLine(reason)}`
        : `: ${byHandWords(by)}`;
    return `${minute(startedAt)}  ${paint.state(state, state)}${took}${why}  ${paint.bold(id)} ${paint.dim(attempt)}`;
  });
}

import { cronMistake } from '../../calendar/cron.ts';
import type { Format } from './shape/shape.ts';

/** Five fields, read by what wakes the scheduler: whatever it accepts is accepted here. */
export const cron: Format = {
  words: "a cron expression of five fields such as '30 16 * * 1-5'",
  pattern: /^\S+(\s+\S+){4}$/,
  check: (text) => {
    const mistake = cronMistake(text);
    return mistake === undefined
      ? undefined
      : { message: `in the cron expression "${text}": ${mistake}`, fix: FIX };
  },
};

const FIX =
  'Minutes are 0-59, hours 0-23, days 1-31, months 1-12 or jan-dec, weekdays 0-7 or sun-sat; `,` lists, `-` spans, `/` steps.';

import { integer, number, object, oneOf, text } from '../shape/combinators.ts';
import { timeOfDay, timezone } from '../shape/format.ts';

/** `due`, `deadline`, `until`. */
export const moment = oneOf(
  text({ format: timeOfDay }),
  object(
    'a moment',
    {
      days: {
        shape: integer({ min: 0, max: 3660 }),
        description:
          "Days after the period's last day; of the `calendar`, if there is one, else calendar days.",
        example: 'days: 14',
      },
      hours: {
        shape: number({ min: 0, max: 87_600 }),
        description: "Hours after the period's end. Not together with `days` or `at`.",
        example: 'hours: 2',
      },
      at: {
        shape: text({ format: timeOfDay }),
        description: "Time of day, `HH:MM`. Alone: on the period's last day.",
        default: '00:00 of the day after `days`',
        example: "at: '09:30'",
      },
      timezone: {
        shape: text({ format: timezone }),
        description: 'Time zone of `at`.',
        default: "the pipeline's",
        example: 'timezone: Europe/London',
      },
      calendar: {
        shape: text(),
        description: 'The name of one of `calendars`: `days` then counts its dates only.',
        example: 'calendar: nyse',
      },
    },
    { oneOfKeys: [['days', 'hours', 'at']] },
  ),
);

import { choice, integer, list, object, oneOf, text } from './shape/combinators.ts';
import { projectPath, timeValues, weekdays } from './shape/format.ts';

export const calendar = oneOf(
  object('a calendar of weekdays', {
    weekdays: {
      shape: oneOf(
        text({ format: weekdays }),
        list(choice('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), 1),
      ),
      required: true,
      description: 'The weekdays that have a partition.',
      example: 'weekdays: mon-fri',
    },
    holidays: {
      shape: oneOf(
        text({ format: projectPath }),
        list(text({ format: timeValues.date, asWritten: true }), 0, 10_000),
      ),
      description:
        'Dates without a partition: a list, or a file with a date a line and `#` comments. A line `through: 2030-12-31` in it says how far it is known.',
      example: 'holidays: calendars/nyse.txt',
    },
    through: {
      shape: text({ format: timeValues.date, asWritten: true }),
      description: 'The last date for which the holidays are known: asking for later ones is an error.',
      default: "what the holidays' file says, else no end",
      example: 'through: 2030-12-31',
    },
  }),
  object('a calendar of days of the month', {
    'month-days': {
      shape: list(integer({ min: 1, max: 31 }), 1),
      required: true,
      description:
        'The days on which a partition begins; it runs to the day before the next one. A month that has no such day goes without.',
      example: 'month-days: [1, 16]',
    },
  }),
);

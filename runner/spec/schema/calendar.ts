import { choice, integer, list, object, oneOf, text } from './combinators.ts';
import { projectPath, weekdays } from './format.ts';

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
      shape: text({ format: projectPath }),
      description:
        'A file with a date a line and `#` comments. A line `through: 2030-12-31` says how far it is known: asking for later dates is an error.',
      example: 'holidays: calendars/nyse.txt',
    },
  }),
  object('a calendar of days of the month', {
    'month-days': {
      shape: list(integer({ min: 1, max: 31 }), 1),
      required: true,
      description:
        'The days on which a partition begins; it runs to the day before the next one. 29 to 31 fall on the last day of a shorter month.',
      example: 'month-days: [1, 16]',
    },
  }),
);

import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, it } from 'vitest';
import { civilDate, dayOfText, daysInMonth, textOfDay, weekdayOf } from '../../runner/calendar/days.ts';

const day = fc.integer({ min: -719_162, max: 2_932_896 });

it('agrees with Temporal on every date from year 1 to 9999', () => {
  fc.assert(
    fc.property(day, (number) => {
      const expected = Temporal.PlainDate.from('1970-01-01').add({ days: number });
      expect(textOfDay(number)).toBe(expected.toString());
      expect(dayOfText(textOfDay(number))).toBe(number);
      expect(weekdayOf(number)).toBe(expected.dayOfWeek);
      const { year, month } = civilDate(number);
      expect(daysInMonth(year, month)).toBe(expected.daysInMonth);
    }),
    { numRuns: 500 },
  );
});

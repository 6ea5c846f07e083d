import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { textOfDay } from '../../runner/calendar/days.ts';
import { momentAt } from '../../runner/calendar/moment.ts';
import { firstDayOf, lastDayOf, periodOf } from '../../runner/calendar/period.ts';
import {
  isPosition,
  offsetPosition,
  positionAround,
  positionBegunBy,
  positionEndingBy,
  positionEndingWith,
  positionsBetween,
  positionsByLastDay,
  positionsWithin,
} from '../../runner/calendar/positions.ts';
import { parseTimeValue } from '../../runner/calendar/value.ts';
import type { TimeKey } from '../../runner/model/time.ts';
import { date, half, hour, minute, month, nyse, quarter, week, year } from './keys.ts';

const halfHour: TimeKey = { ...minute, step: 30 };
const tenMinutes: TimeKey = { ...minute, step: 10 };
const inZone = (key: TimeKey, timezone: string): TimeKey => ({ ...key, timezone });

describe('the period of weeks, quarters and minutes', () => {
  it.each([
    ['a week, Monday to Sunday', week, '2021-W04', '2021-01-25T00:00:00-05:00', '2021-02-01T00:00:00-05:00'],
    [
      'the week of the spring change: 167 hours',
      week,
      '2021-W10',
      '2021-03-08T00:00:00-05:00',
      '2021-03-15T00:00:00-04:00',
    ],
    [
      'the week of the autumn change: 169 hours',
      week,
      '2021-W44',
      '2021-11-01T00:00:00-04:00',
      '2021-11-08T00:00:00-05:00',
    ],
    [
      'the week over the end of an ISO year of 53',
      week,
      '2020-W53',
      '2020-12-28T00:00:00-05:00',
      '2021-01-04T00:00:00-05:00',
    ],
    [
      'a week in a zone without change',
      inZone(week, 'Asia/Kolkata'),
      '2021-W10',
      '2021-03-08T00:00:00+05:30',
      '2021-03-15T00:00:00+05:30',
    ],
    [
      'a week that a change by half an hour is in',
      inZone(week, 'Australia/Lord_Howe'),
      '2021-W13',
      '2021-03-29T00:00:00+11:00',
      '2021-04-05T00:00:00+10:30',
    ],
    [
      'a quarter of a leap year',
      quarter,
      '2020-Q1',
      '2020-01-01T00:00:00-05:00',
      '2020-04-01T00:00:00-04:00',
    ],
    ['the last quarter', quarter, '2021-Q4', '2021-10-01T00:00:00-04:00', '2022-01-01T00:00:00-05:00'],
    ['minutes, in UTC', minute, '2021-01-29T13:15', '2021-01-29T13:15:00+00:00', '2021-01-29T13:30:00+00:00'],
    [
      'the last minutes of a leap day',
      minute,
      '2020-02-29T23:45',
      '2020-02-29T23:45:00+00:00',
      '2020-03-01T00:00:00+00:00',
    ],
  ])('is %s', (_name, key, value, start, end) => {
    expect(periodOf(key, value)).toEqual({ start, end });
  });

  it.each([
    [week, '2020-W53', '2020-12-28', '2021-01-03'],
    [week, '2021-W01', '2021-01-04', '2021-01-10'],
    [quarter, '2020-Q1', '2020-01-01', '2020-03-31'],
    // 03:15 UTC is still the evening before in New York.
    [minute, '2021-01-29T03:15', '2021-01-28', '2021-01-28'],
  ])('%# has its first and last day', (key, value, first, last) => {
    expect([firstDayOf(key, value), lastDayOf(key, value)]).toEqual([first, last]);
  });

  it('of a week is what Temporal says of it, and each day is in exactly one', () => {
    fc.assert(
      fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (number) => {
        const day = Temporal.PlainDate.from('1970-01-01').add({ days: number });
        if (day.year < 2) return;
        const name = `${String(day.yearOfWeek).padStart(4, '0')}-W${String(day.weekOfYear).padStart(2, '0')}`;
        const monday = day.subtract({ days: day.dayOfWeek - 1 });
        expect(positionAround(week, date, textOfDay(number))).toBe(name);
        expect(firstDayOf(week, name)).toBe(monday.toString());
        expect(lastDayOf(week, name)).toBe(monday.add({ days: 6 }).toString());
        expect(parseTimeValue(week, name)).toEqual({ ok: true, value: name });
      }),
      { numRuns: 500, examples: [[18_628], [18_627], [14_610]] },
    );
  });
});

describe('values', () => {
  it.each([
    [week, '2020-W53'],
    [week, '2021-W01'],
    [quarter, '2021-Q4'],
    [minute, '2021-01-29T13:45'],
    [{ ...minute, step: 5 }, '2021-01-29T13:05'],
  ] as const)('%# are taken', (key, text) => {
    expect(parseTimeValue(key, text)).toEqual({ ok: true, value: text });
  });

  it.each([
    [week, '2021-W54', '2021 has 52 weeks, found week 54', '2021-W52'],
    [week, '2020-W54', '2020 has 53 weeks, found week 54', '2020-W53'],
    [week, '2021-W00', '2021 has 52 weeks, found week 00', '2021-W01'],
    [week, '9999-W52', '9999 has 51 weeks', '9999-W51'],
    [week, '2021-w4', 'an ISO week as YYYY-Www, such as 2021-W04, found "2021-w4"', '2021-W04'],
    [week, '2021W04', 'an ISO week', '2021-W04'],
    [week, '2021-01-01', 'an ISO week', '2020-W53'],
    [week, '2021-02-30', 'an ISO week', undefined],
    [week, '2021-02', 'an ISO week', undefined],
    [week, '2021', 'an ISO week', undefined],
    [week, '0000-W01', '0001 to 9999', undefined],
    [quarter, '2021-Q5', 'a quarter from 1 to 4, found 5', '2021-Q4'],
    [quarter, '2021-Q0', 'a quarter from 1 to 4, found 0', '2021-Q1'],
    [quarter, '2021q3', 'a quarter as YYYY-Qn, such as 2021-Q1, found "2021q3"', '2021-Q3'],
    [quarter, '2021-05', 'a quarter as', '2021-Q2'],
    [quarter, '2021-12-31', 'a quarter as', '2021-Q4'],
    [quarter, '2021', 'a quarter as', undefined],
    [minute, '2021-01-29T13:07', 'a minute of each hour’s 00, 15, 30, 45, found 07', '2021-01-29T13:00'],
    [minute, '2021-01-29T13:60', 'a minute from 00 to 59, found 60', '2021-01-29T13:59'],
    [minute, '2021-01-29T24:00', 'an hour from 00 to 23', '2021-01-29T23:00'],
    [minute, '2021-01-29T13', 'a minute in UTC as YYYY-MM-DDTHH:MM', '2021-01-29T13:00'],
    [minute, '2021-01-29 13:15:00Z', 'a minute in UTC', '2021-01-29T13:15'],
    [minute, '2021-02-29T00:00', 'February 2021 has 28 days', '2021-02-28T00:00'],
    [hour, '2021-01-29T13:15', 'an hour in UTC', '2021-01-29T13'],
    [date, '2021-W04', 'a date as YYYY-MM-DD', undefined],
  ] as const)('%# are refused with what would be taken', (key, text, reason, suggestion) => {
    const read = parseTimeValue(key, text);
    expect(read).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    expect(read.ok ? undefined : read.suggestion).toBe(suggestion);
  });
});

describe('containment', () => {
  it('gives a week its dates, four of a trading calendar with a holiday', () => {
    expect(positionsWithin(date, week, '2021-W03')).toHaveLength(7);
    expect(positionsWithin(nyse, week, '2021-W03')).toEqual([
      '2021-01-19',
      '2021-01-20',
      '2021-01-21',
      '2021-01-22',
    ]);
    expect(positionsWithin(nyse, week, '2020-W53')).toEqual([
      '2020-12-28',
      '2020-12-29',
      '2020-12-30',
      '2020-12-31',
    ]);
  });

  it('gives a quarter its months, a week its hours: one fewer or more where the clock changes', () => {
    expect(positionsWithin(month, quarter, '2021-Q1')).toEqual(['2021-01', '2021-02', '2021-03']);
    expect(positionsWithin(quarter, year, '2021')).toEqual(['2021-Q1', '2021-Q2', '2021-Q3', '2021-Q4']);
    expect(
      ['2021-W09', '2021-W10', '2021-W44'].map((one) => positionsWithin(hour, week, one).length),
    ).toEqual([168, 167, 169]);
  });

  it('gives a month, a quarter and a year the weeks whose Sunday they have', () => {
    expect(positionsWithin(week, month, '2021-01')).toEqual([
      '2020-W53',
      '2021-W01',
      '2021-W02',
      '2021-W03',
      '2021-W04',
    ]);
    expect(positionsWithin(week, month, '2021-02')[0]).toBe('2021-W05');
    expect(positionAround(month, week, '2020-W53')).toBe('2021-01');
    expect(positionAround(quarter, week, '2021-W13')).toBe('2021-Q2');
    expect(positionAround(year, week, '2020-W53')).toBe('2021');
    expect(positionsWithin(week, year, '2020')).toHaveLength(52);
  });

  it('gives hours and dates their minutes by the moment they begin', () => {
    expect(positionsWithin(minute, hour, '2021-01-29T13')).toEqual([
      '2021-01-29T13:00',
      '2021-01-29T13:15',
      '2021-01-29T13:30',
      '2021-01-29T13:45',
    ]);
    expect(positionsWithin(halfHour, inZone(date, 'Asia/Kolkata'), '2021-01-29')[0]).toBe('2021-01-28T18:30');
    // Nepal is 5:45 ahead: no step of 30 begins at its midnight.
    expect(positionsWithin(halfHour, inZone(date, 'Asia/Kathmandu'), '2021-01-29')[0]).toBe(
      '2021-01-28T18:30',
    );
    expect(positionsWithin(minute, inZone(date, 'America/New_York'), '2021-03-14')).toHaveLength(92);
    expect(positionsWithin(minute, inZone(date, 'America/New_York'), '2021-11-07')).toHaveLength(100);
    expect(positionAround(hour, minute, '2021-01-29T13:45')).toBe('2021-01-29T13');
    expect(positionAround(nyse, minute, '2021-01-29T03:15')).toBe('2021-01-28');
  });

  it('of stretches that do not divide each other goes by their beginning too', () => {
    expect(positionsWithin(tenMinutes, minute, '2021-01-29T13:00')).toEqual([
      '2021-01-29T13:00',
      '2021-01-29T13:10',
    ]);
    expect(positionsWithin(tenMinutes, minute, '2021-01-29T13:15')).toEqual(['2021-01-29T13:20']);
    expect(positionAround(minute, tenMinutes, '2021-01-29T13:20')).toBe('2021-01-29T13:15');
  });

  it('is the same relation from both sides, and every finer one is in one coarser', () => {
    const pairs = [
      [nyse, week],
      [date, week],
      [hour, week],
      [week, month],
      [week, quarter],
      [week, year],
      [month, quarter],
      [half, quarter],
      [quarter, year],
      [minute, hour],
      [minute, date],
      [tenMinutes, minute],
      [halfHour, inZone(date, 'Asia/Kathmandu')],
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.integer({ min: 18_650, max: 18_900 }),
        ([fine, coarse], number) => {
          for (const value of positionsByLastDay(fine, textOfDay(number), textOfDay(number + 8))) {
            const around = positionAround(coarse, fine, value);
            expect(around && positionsWithin(fine, coarse, around)).toContain(value);
          }
        },
      ),
    );
  });
});

describe('steps and ranges', () => {
  it('walk over the ends of years', () => {
    expect(offsetPosition(week, '2021-W01', -1)).toBe('2020-W53');
    expect(offsetPosition(week, '2020-W53', 1)).toBe('2021-W01');
    expect(offsetPosition(quarter, '2021-Q1', -1)).toBe('2020-Q4');
    expect(offsetPosition(minute, '2020-12-31T23:45', 1)).toBe('2021-01-01T00:00');
    expect(positionsBetween(week, '2020-W52', '2021-W02')).toEqual([
      '2020-W52',
      '2020-W53',
      '2021-W01',
      '2021-W02',
    ]);
    expect(positionsBetween(quarter, '2020-Q4', '2021-Q2')).toEqual(['2020-Q4', '2021-Q1', '2021-Q2']);
    expect(isPosition(minute, '2021-01-29T13:05')).toBe(false);
  });

  it('go by their last day', () => {
    expect(positionsByLastDay(week, '2021-01-01', '2021-01-10')).toEqual(['2020-W53', '2021-W01']);
    expect(positionsByLastDay(quarter, '2021-01-01', '2021-06-29')).toEqual(['2021-Q1']);
    expect(positionsByLastDay(minute, '2021-03-14', '2021-03-14')).toHaveLength(92);
    expect(positionEndingBy(week, '2021-01-09')).toBe('2020-W53');
    expect(positionEndingBy(quarter, '2021-03-31')).toBe('2021-Q1');
    expect(positionBegunBy(week, Date.parse('2021-01-04T04:59Z'))).toBe('2020-W53');
    expect(positionBegunBy(minute, Date.parse('2021-01-04T04:59Z'))).toBe('2021-01-04T04:45');
  });

  it('end with a period of another grain', () => {
    expect(positionEndingWith(week, month, '2021-02')).toBe('2021-W08');
    expect(positionEndingWith(month, week, '2021-W07')).toBe('2021-01');
    expect(positionEndingWith(month, week, '2021-W08')).toBe('2021-02');
    expect(positionEndingWith(hour, minute, '2021-01-29T13:30')).toBe('2021-01-29T12');
    expect(positionEndingWith(hour, minute, '2021-01-29T13:45')).toBe('2021-01-29T13');
    expect(positionEndingWith(minute, hour, '2021-01-29T13')).toBe('2021-01-29T13:45');
    expect(positionEndingWith(minute, tenMinutes, '2021-01-29T13:20')).toBe('2021-01-29T13:15');
  });

  it('are counted from by due times', () => {
    expect(momentAt({ days: 1, at: '09:30' }, week, '2021-W10')).toBe('2021-03-15T13:30:00Z');
    expect(momentAt({ days: 14 }, quarter, '2020-Q4')).toBe('2021-01-15T05:00:00Z');
    expect(momentAt({ hours: 1 }, minute, '2021-01-29T13:15')).toBe('2021-01-29T14:30:00Z');
  });
});

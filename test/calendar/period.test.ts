import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { firstDayOf, lastDayOf, periodOf } from '../../runner/calendar/period.ts';
import { CalendarError } from '../../runner/calendar/calendar-error.ts';
import { date, half, hour, month, nyse, year } from './keys.ts';

describe('the period of a partition', () => {
  it.each([
    ['an hour, in UTC', hour, '2021-01-29T13', '2021-01-29T13:00:00+00:00', '2021-01-29T14:00:00+00:00'],
    [
      'the last hour of a day',
      hour,
      '2021-01-29T23',
      '2021-01-29T23:00:00+00:00',
      '2021-01-30T00:00:00+00:00',
    ],
    ['a date in UTC', date, '2021-01-29', '2021-01-29T00:00:00+00:00', '2021-01-30T00:00:00+00:00'],
    [
      'an exchange day: that calendar day',
      nyse,
      '2021-01-29',
      '2021-01-29T00:00:00-05:00',
      '2021-01-30T00:00:00-05:00',
    ],
    [
      'the day before a holiday',
      nyse,
      '2021-01-15',
      '2021-01-15T00:00:00-05:00',
      '2021-01-16T00:00:00-05:00',
    ],
    [
      'a half month, to the day before the next',
      half,
      '2021-01-16',
      '2021-01-16T00:00:00-05:00',
      '2021-02-01T00:00:00-05:00',
    ],
    [
      'a month over the change to summer time',
      month,
      '2021-03',
      '2021-03-01T00:00:00-05:00',
      '2021-04-01T00:00:00-04:00',
    ],
    ['a year', year, '2021', '2021-01-01T00:00:00+00:00', '2022-01-01T00:00:00+00:00'],
    ['a year in December', month, '2020-12', '2020-12-01T00:00:00-05:00', '2021-01-01T00:00:00-05:00'],
  ])('is %s', (_name, key, value, start, end) => {
    expect(periodOf(key, value)).toEqual({ start, end });
  });

  it('is 23 or 25 hours long on a day on which the clock changes', () => {
    const key = { ...date, timezone: 'America/New_York' };
    const hours = (value: string): number => {
      const { start, end } = periodOf(key, value);
      return (Date.parse(end) - Date.parse(start)) / 3_600_000;
    };
    expect([hours('2021-03-13'), hours('2021-03-14'), hours('2021-11-07')]).toEqual([24, 23, 25]);
  });

  it('begins when the day does where a change skips midnight', () => {
    expect(periodOf({ ...date, timezone: 'America/Sao_Paulo' }, '2018-11-04').start).toBe(
      '2018-11-04T01:00:00-02:00',
    );
  });

  it('is what Temporal says of every day, in zones that change their clocks, their offset or their date', () => {
    const zone = fc.constantFrom(
      'UTC',
      'America/New_York',
      'Asia/Kolkata',
      'Pacific/Apia',
      'America/Sao_Paulo',
      'Africa/Monrovia',
      'Australia/Lord_Howe',
    );
    fc.assert(
      fc.property(zone, fc.integer({ min: -20_000, max: 30_000 }), (timezone, number) => {
        const day = Temporal.PlainDate.from('1970-01-01').add({ days: number });
        const iso = (one: Temporal.PlainDate): string =>
          one.toZonedDateTime(timezone).toString({ timeZoneName: 'never', fractionalSecondDigits: 0 });
        expect(periodOf({ ...date, timezone }, day.toString())).toEqual({
          start: iso(day),
          end: iso(day.add({ days: 1 })),
        });
      }),
      {
        numRuns: 400,
        examples: [
          ['Pacific/Apia', 15_338],
          ['America/Sao_Paulo', 17_839],
          ['America/New_York', 18_700],
        ],
      },
    );
  });

  it('says what a time zone is when it is none', () => {
    expect(() => periodOf({ ...date, timezone: 'Europe/Atlantis' }, '2021-01-01')).toThrow(CalendarError);
    expect(() => periodOf({ ...date, timezone: 'Europe/Atlantis' }, '2021-01-01')).toThrow(
      'expected an IANA time zone such as America/New_York, found Europe/Atlantis',
    );
  });
});

describe('the first and last day', () => {
  it.each([
    [half, '2021-02-16', '2021-02-16', '2021-02-28'],
    [half, '2020-02-16', '2020-02-16', '2020-02-29'],
    [half, '2021-02-01', '2021-02-01', '2021-02-15'],
    [month, '2020-02', '2020-02-01', '2020-02-29'],
    [year, '2021', '2021-01-01', '2021-12-31'],
    [nyse, '2021-01-29', '2021-01-29', '2021-01-29'],
    // 03:00 UTC is still the evening before in New York.
    [hour, '2021-01-29T03', '2021-01-28', '2021-01-28'],
    [hour, '2021-01-29T05', '2021-01-29', '2021-01-29'],
  ])('of %#', (key, value, first, last) => {
    expect(firstDayOf(key, value)).toBe(first);
    expect(lastDayOf(key, value)).toBe(last);
  });
});

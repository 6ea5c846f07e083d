import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isPosition,
  offsetPosition,
  positionAround,
  positionAtOrAfter,
  positionAtOrBefore,
  positionBegunBy,
  positionEndingBy,
  positionsBetween,
  positionsByLastDay,
  positionsWithin,
} from '../../runner/calendar/positions.ts';
import { CalendarError } from '../../runner/calendar/calendar-error.ts';
import { textOfDay } from '../../runner/calendar/days.ts';
import { lastDayOf, periodOf } from '../../runner/calendar/period.ts';
import { date, half, hour, month, nyse, year } from './keys.ts';

describe('an exchange calendar', () => {
  it('has neither weekends nor holidays nor what is before start', () => {
    expect(isPosition(nyse, '2021-01-15')).toBe(true);
    expect(isPosition(nyse, '2021-01-16')).toBe(false);
    expect(isPosition(nyse, '2021-01-18')).toBe(false);
    expect(isPosition(nyse, '2020-11-30')).toBe(false);
  });

  it('finds the trading day before and after', () => {
    expect(positionAtOrAfter(nyse, '2021-01-16')).toBe('2021-01-19');
    expect(positionAtOrBefore(nyse, '2021-01-18')).toBe('2021-01-15');
    expect(positionAtOrBefore(nyse, '2021-01-15')).toBe('2021-01-15');
    expect(positionAtOrAfter(nyse, '2020-01-01')).toBe('2020-12-01');
    expect(positionAtOrBefore(nyse, '2020-11-30')).toBeUndefined();
  });

  it('steps over weekends and holidays, and not before start', () => {
    expect(offsetPosition(nyse, '2021-01-19', -1)).toBe('2021-01-15');
    expect(offsetPosition(nyse, '2021-01-15', 1)).toBe('2021-01-19');
    expect(offsetPosition(nyse, '2021-01-15', 0)).toBe('2021-01-15');
    expect(offsetPosition(nyse, '2021-01-18', -1)).toBe('2021-01-15');
    expect(offsetPosition(nyse, '2021-01-18', 0)).toBeUndefined();
    expect(offsetPosition(nyse, '2020-12-02', -1)).toBe('2020-12-01');
    expect(offsetPosition(nyse, '2020-12-01', -1)).toBeUndefined();
  });

  it('refuses to guess past the last date that it knows', () => {
    const words = 'calendar nyse ends at 2021-12-31, asked for 2022-01-03';
    expect(() => isPosition(nyse, '2022-01-03')).toThrow(CalendarError);
    expect(() => isPosition(nyse, '2022-01-03')).toThrow(words);
    expect(() => offsetPosition(nyse, '2021-12-31', 1)).toThrow('ends at 2021-12-31');
    expect(() => positionsByLastDay(nyse, '2021-12-30', '2022-01-04')).toThrow('ends at 2021-12-31');
  });

  it('says so when it has no date at all', () => {
    const empty = {
      ...nyse,
      calendar: { kind: 'weekdays', name: 'none', weekdays: [], holidays: [] },
    } as const;
    expect(() => positionAtOrAfter(empty, '2021-01-01')).toThrow('calendar none has no date');
  });
});

describe('half months', () => {
  it('run from their day to the day before the next', () => {
    expect(positionAtOrBefore(half, '2021-02-28')).toBe('2021-02-16');
    expect(offsetPosition(half, '2021-01-01', -1)).toBe('2020-12-16');
    expect(offsetPosition(half, '2020-11-16', -1)).toBeUndefined();
  });

  it('skip a day that a month does not have', () => {
    const ends = { ...half, calendar: { kind: 'month-days', name: 'ends', days: [31] } } as const;
    expect(offsetPosition(ends, '2021-01-31', 1)).toBe('2021-03-31');
    expect(lastDayOf(ends, '2021-01-31')).toBe('2021-03-30');
  });
});

describe('positions by their last day', () => {
  it.each([
    [
      'dates of a calendar; the ends may be holidays',
      nyse,
      '2021-01-16',
      '2021-01-20',
      ['2021-01-19', '2021-01-20'],
    ],
    ['halves that end in it', half, '2021-01-15', '2021-01-31', ['2021-01-01', '2021-01-16']],
    ['no half that only begins in it', half, '2021-01-16', '2021-01-30', []],
    ['nothing before start', half, '2020-01-01', '2020-12-01', ['2020-11-16']],
    ['months that end in it', month, '2021-01-31', '2021-03-30', ['2021-01', '2021-02']],
    ['no month that ends after it', month, '2021-01-01', '2021-01-30', []],
    ['years', year, '2020-12-31', '2021-12-30', ['2020']],
    ['nothing when it is empty', date, '2021-01-02', '2021-01-01', []],
  ])('%s', (_name, key, from, to, expected) => {
    expect(positionsByLastDay(key, from, to)).toEqual(expected);
  });

  it('are the hours of a day in the zone, 23 where the clock is put forward', () => {
    const hours = positionsByLastDay(hour, '2021-03-14', '2021-03-14');
    expect(hours).toHaveLength(23);
    expect([hours[0], hours.at(-1)]).toEqual(['2021-03-14T05', '2021-03-15T03']);
  });

  it('partition every stretch of days: each position once, none between', () => {
    const day = fc.integer({ min: 18_600, max: 18_900 });
    fc.assert(
      fc.property(fc.constantFrom(nyse, half, month, date), day, day, day, (key, a, b, c) => {
        const [from = 0, middle = 0, to = 0] = [a, b, c].sort((x, y) => x - y);
        const whole = positionsByLastDay(key, textOfDay(from), textOfDay(to));
        expect([
          ...positionsByLastDay(key, textOfDay(from), textOfDay(middle)),
          ...positionsByLastDay(key, textOfDay(middle + 1), textOfDay(to)),
        ]).toEqual(whole);
        expect(whole.map((value) => lastDayOf(key, value))).toSatisfy((days: string[]) =>
          days.every((last) => last >= textOfDay(from) && last <= textOfDay(to)),
        );
      }),
    );
  });

  it('refuses a range that nobody can mean', () => {
    expect(() => positionsByLastDay(hour, '0001-01-01', '9999-12-31')).toThrow('too long');
  });
});

describe('the newest position that ended', () => {
  it.each([
    [nyse, '2021-01-18', '2021-01-15'],
    [half, '2021-01-30', '2021-01-01'],
    [half, '2021-01-31', '2021-01-16'],
    [month, '2021-02-27', '2021-01'],
    [month, '2021-02-28', '2021-02'],
    [hour, '2021-01-29', '2021-01-30T04'],
    [nyse, '2020-11-30', undefined],
  ])('%# by %s', (key, day, expected) => {
    expect(positionEndingBy(key, day)).toBe(expected);
  });
});

describe('the newest position that has begun', () => {
  it.each([
    [nyse, '2021-01-29T04:59:59Z', '2021-01-28'],
    [nyse, '2021-01-29T05:00:00Z', '2021-01-29'],
    [nyse, '2021-01-31T12:00:00Z', '2021-01-29'],
    [half, '2021-01-31T12:00:00Z', '2021-01-16'],
    [month, '2021-02-01T04:00:00Z', '2021-01'],
    [hour, '2021-01-29T13:59:59Z', '2021-01-29T13'],
    [nyse, '2020-11-01T12:00:00Z', undefined],
  ])('%# at %s', (key, at, expected) => {
    expect(positionBegunBy(key, Date.parse(at))).toBe(expected);
  });
});

describe('positions from one value to another', () => {
  it('hold both ends and nothing before start', () => {
    expect(positionsBetween(nyse, '2021-01-15', '2021-01-19')).toEqual(['2021-01-15', '2021-01-19']);
    expect(positionsBetween(month, '2020-11', '2021-01')).toEqual(['2020-11', '2020-12', '2021-01']);
    expect(positionsBetween(half, '2020-01-01', '2020-12-01')).toEqual(['2020-11-16', '2020-12-01']);
  });
});

describe('containment', () => {
  it('gives a month all its trading days', () => {
    const days = positionsWithin(nyse, month, '2021-01');
    expect(days).toHaveLength(19);
    expect([days[0], days.at(-1)]).toEqual(['2021-01-04', '2021-01-29']);
  });

  it('gives a month its halves, a year its months, a date its hours', () => {
    expect(positionsWithin(half, month, '2021-02')).toEqual(['2021-02-01', '2021-02-16']);
    expect(positionsWithin(month, year, '2021')).toHaveLength(12);
    expect(positionsWithin(hour, nyse, '2021-01-29')).toHaveLength(24);
    expect(positionsWithin(hour, { ...nyse, timezone: 'UTC' }, '2021-01-29')[0]).toBe('2021-01-29T00');
    expect(positionsWithin(nyse, half, '2021-01-16')).toHaveLength(9);
  });

  it('gives a date the coarser around it', () => {
    expect(positionAround(half, nyse, '2021-02-12')).toBe('2021-02-01');
    expect(positionAround(month, nyse, '2021-02-12')).toBe('2021-02');
    expect(positionAround(year, half, '2020-12-16')).toBe('2020');
    expect(positionAround(nyse, hour, '2021-01-29T03')).toBe('2021-01-28');
    expect(positionAround(nyse, hour, '2021-01-31T13')).toBeUndefined();
    expect(positionAround(half, nyse, '2020-01-02')).toBeUndefined();
  });

  it('is the same relation from both sides', () => {
    const day = fc.integer({ min: 18_650, max: 18_900 });
    const pair = fc.constantFrom([nyse, month], [half, month], [month, year], [hour, date], [nyse, half]);
    fc.assert(
      fc.property(pair, day, ([fine, coarse], number) => {
        if (fine === undefined || coarse === undefined) return;
        for (const value of positionsByLastDay(fine, textOfDay(number), textOfDay(number))) {
          const around = positionAround(coarse, fine, value);
          expect(around && positionsWithin(fine, coarse, around)).toContain(value);
        }
      }),
    );
  });

  it('puts each hour of a half-hour zone into one day', () => {
    const india = { ...date, timezone: 'Asia/Kolkata' };
    const days = ['2021-01-28', '2021-01-29', '2021-01-30'].map((day) => positionsWithin(hour, india, day));
    expect(days.map((hours) => hours.length)).toEqual([24, 24, 24]);
    expect(new Set(days.flat()).size).toBe(72);
    expect(periodOf(hour, days[1]?.[0] ?? '').start).toBe('2021-01-28T19:00:00+00:00');
  });
});

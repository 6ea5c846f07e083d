import { describe, expect, it } from 'vitest';
import { cronMistake, everWakes, wakesOf } from '../../runner/calendar/cron.ts';

/** What comes within `hours` after an instant, as times of day in UTC with the day before the first of each day. */
function wakesIn(expression: string, timezone: string, from: string, hours: number): readonly string[] {
  const { next } = wakesOf(expression, timezone);
  const end = Date.parse(from) + hours * 3_600_000;
  const found: string[] = [];
  for (let at = next(Date.parse(from)); at !== undefined && at <= end; at = next(at)) {
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

describe('a schedule over a change of the clock', () => {
  it.each([
    // New York: 02:00 → 03:00 on 14 March, 02:00 → 01:00 on 7 November 2021.
    [
      '02:30 on the spring day wakes once',
      '30 2 * * *',
      'America/New_York',
      '2021-03-14T05:00Z',
      24,
      ['2021-03-14T07:00'],
    ],
    [
      '02:30 on the day before',
      '30 2 * * *',
      'America/New_York',
      '2021-03-13T05:00Z',
      24,
      ['2021-03-13T07:30'],
    ],
    [
      '01:30 on the autumn day wakes once',
      '30 1 * * *',
      'America/New_York',
      '2021-11-07T04:00Z',
      25,
      ['2021-11-07T05:30'],
    ],
    [
      'several minutes of the hour that comes twice',
      '15,45 1 * * *',
      'America/New_York',
      '2021-11-07T04:00Z',
      25,
      ['2021-11-07T05:15', '2021-11-07T05:45'],
    ],
    [
      'several minutes of the hour that is skipped',
      '*/20 2 * * *',
      'America/New_York',
      '2021-03-14T05:00Z',
      24,
      ['2021-03-14T07:00'],
    ],
    [
      'a star in minutes of the hour that comes twice',
      '*/30 1 * * *',
      'America/New_York',
      '2021-11-07T04:00Z',
      25,
      ['2021-11-07T05:00', '2021-11-07T05:30'],
    ],
    [
      'every half hour goes on as time does, in spring',
      '*/30 * * * *',
      'America/New_York',
      '2021-03-14T05:45Z',
      2,
      ['2021-03-14T06:00', '2021-03-14T06:30', '2021-03-14T07:00', '2021-03-14T07:30'],
    ],
    [
      'every half hour goes on as time does, in autumn',
      '*/30 * * * *',
      'America/New_York',
      '2021-11-07T04:45Z',
      3,
      [
        '2021-11-07T05:00',
        '2021-11-07T05:30',
        '2021-11-07T06:00',
        '2021-11-07T06:30',
        '2021-11-07T07:00',
        '2021-11-07T07:30',
      ],
    ],
    ['Berlin in spring', '30 2 * * *', 'Europe/Berlin', '2021-03-27T23:00Z', 24, ['2021-03-28T01:00']],
    ['Berlin in autumn', '30 2 * * *', 'Europe/Berlin', '2021-10-30T22:00Z', 25, ['2021-10-31T00:30']],
    [
      'a change of half an hour, forwards',
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2021-10-02T13:30Z',
      24,
      ['2021-10-02T15:30'],
    ],
    [
      'a change of half an hour, back',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2021-04-03T13:00Z',
      24,
      ['2021-04-03T14:45'],
    ],
    [
      'midnight that a change skips',
      '0 0 * * *',
      'America/Sao_Paulo',
      '2018-11-03T12:00Z',
      24,
      ['2018-11-04T03:00'],
    ],
    [
      'a zone half an hour beside',
      '0 18 * * *',
      'Asia/Kolkata',
      '2021-03-14T00:00Z',
      24,
      ['2021-03-14T12:30'],
    ],
    ['a zone without changes', '30 2 * * *', 'Asia/Tokyo', '2021-03-13T15:00Z', 24, ['2021-03-13T17:30']],
    [
      'a day that a zone left out comes the next',
      '0 12 30 12 *',
      'Pacific/Apia',
      '2011-12-29T00:00Z',
      72,
      [],
    ],
  ])('%s', (_name, expression, timezone, from, hours, expected) => {
    expect(wakesIn(expression, timezone, from, hours)).toEqual(expected);
  });

  it('is the same when it is looked for backwards', () => {
    const { newest } = wakesOf('30 2 * * *', 'America/New_York');
    const before = (at: string): string => new Date(newest(Date.parse(at)) ?? 0).toISOString().slice(0, 16);
    expect(before('2021-03-14T06:59:59Z')).toBe('2021-03-13T07:30');
    expect(before('2021-03-14T07:00:00Z')).toBe('2021-03-14T07:00');
    expect(before('2021-03-14T07:00:00.500Z')).toBe('2021-03-14T07:00');
    expect(before('2021-11-07T12:00:00Z')).toBe('2021-11-07T07:30');
  });
});

describe('a cron', () => {
  it.each([
    ['weekdays by name', '0 7 * * mon-fri', '2021-01-29T08:00Z', ['2021-02-01T07:00']],
    ['Sunday as 7', '0 7 * * 7', '2021-01-29T08:00Z', ['2021-01-31T07:00']],
    [
      'a day of the month or one of the week, as cron has it',
      '0 7 1 * mon',
      '2021-01-29T08:00Z',
      ['2021-02-01T07:00'],
    ],
    [
      'a step from a minute on',
      '50/5 7 * * *',
      '2021-01-29T07:52Z',
      ['2021-01-29T07:55', '2021-01-30T07:50', '2021-01-30T07:55'],
    ],
    ['a leap day', '0 7 29 feb *', '2024-02-27T08:00Z', ['2024-02-29T07:00']],
    ['the last day of a month', '0 7 L * *', '2021-02-26T08:00Z', ['2021-02-28T07:00']],
  ])('may have %s', (_name, expression, from, expected) => {
    expect(wakesIn(expression, 'UTC', from, 72).slice(0, 3)).toEqual(expected);
  });

  it.each([
    ['61 * * * *', 'the minute `61` is not understood'],
    ['0 25 * * *', 'the hour `25` is not understood'],
    ['0 7 1,2,45 * *', 'the day of the month `45` is not understood'],
    ['0 7 * * fri-mon', 'the day of the week `fri-mon` is not understood'],
    ['*/0 * * * *', 'the minute `*/0` is not understood'],
    ['0 7 * smarch *', 'the month `smarch` is not understood'],
    ['0 7 * * $(date)', 'the day of the week `$(date)` is not understood'],
  ])('%s is answered with the field that is wrong', (expression, words) => {
    expect(cronMistake(expression)).toContain(words);
  });

  it('that never comes is known for it', () => {
    expect(['0 7 30 feb *', '0 7 31 4,6,9,11 *', '0 7 29 feb *'].map(everWakes)).toEqual([
      false,
      false,
      true,
    ]);
  });
});

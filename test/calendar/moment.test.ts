import { describe, expect, it } from 'vitest';
import type { Moment, TimeKey } from '../../runner/model/time.ts';
import { clockWords, describeMoment, momentAt } from '../../runner/calendar/moment.ts';
import { date, half, hour, month, nyse } from './keys.ts';

describe('a moment', () => {
  it.each<[string, Moment, TimeKey, string, string]>([
    ['`at` alone is on that day, in the zone', { at: '18:00' }, nyse, '2021-01-29', '2021-01-29T23:00:00Z'],
    ['`at` follows summer time', { at: '18:00' }, nyse, '2021-06-30', '2021-06-30T22:00:00Z'],
    ['`days` and `at`', { days: 1, at: '09:30' }, nyse, '2021-01-29', '2021-01-30T14:30:00Z'],
    ['`days` alone ends with that day', { days: 14 }, half, '2021-01-16', '2021-02-15T05:00:00Z'],
    ['nothing at all is the end of the last day', {}, date, '2021-01-29', '2021-01-30T00:00:00Z'],
    [
      '`days` count a calendar where one is named',
      { days: 1, at: '09:30', ...(nyse.calendar && { calendar: nyse.calendar }) },
      nyse,
      '2021-01-15',
      '2021-01-19T14:30:00Z',
    ],
    ['`hours` count from the end', { hours: 6 }, month, '2021-01', '2021-02-01T11:00:00Z'],
    ['`hours` of an hour', { hours: 1 }, hour, '2021-01-29T13', '2021-01-29T15:00:00Z'],
    ['its own zone', { at: '18:00', timezone: 'UTC' }, nyse, '2021-01-29', '2021-01-29T18:00:00Z'],
    ['a month counts from its last day', { days: 3, at: '06:00' }, month, '2021-02', '2021-03-03T11:00:00Z'],
    ['a time that the change skips is moved on', { at: '02:30' }, nyse, '2021-03-14', '2021-03-14T07:30:00Z'],
    ['of a time that comes twice the first', { at: '01:30' }, nyse, '2021-11-07', '2021-11-07T05:30:00Z'],
    ['a time after the change on its day', { at: '18:00' }, nyse, '2021-03-14', '2021-03-14T22:00:00Z'],
  ])('%s', (_name, moment, key, value, expected) => {
    expect(momentAt(moment, key, value)).toBe(expected);
  });
});

describe('a moment where clocks change, run half an hour aside, or a month ends', () => {
  const inZone = (timezone: string, type: TimeKey['type'] = 'date'): TimeKey => ({
    name: type,
    type,
    timezone,
  });
  it.each<[string, string, Moment, string]>([
    ['America/New_York', '2021-03-13', { days: 1, at: '02:30' }, '2021-03-14T07:30:00Z'],
    ['America/New_York', '2021-03-14', {}, '2021-03-15T04:00:00Z'],
    ['America/New_York', '2021-03-14', { hours: 6 }, '2021-03-15T10:00:00Z'],
    ['America/New_York', '2021-11-07', { at: '01:59' }, '2021-11-07T05:59:00Z'],
    ['America/New_York', '2021-11-07', { at: '02:00' }, '2021-11-07T07:00:00Z'],
    ['America/New_York', '2021-11-07', { hours: -24 }, '2021-11-07T05:00:00Z'],
    ['Europe/Berlin', '2021-03-28', { at: '02:30' }, '2021-03-28T01:30:00Z'],
    ['Europe/Berlin', '2021-10-31', { at: '02:30' }, '2021-10-31T00:30:00Z'],
    ['Asia/Kolkata', '2021-01-29', { at: '18:00' }, '2021-01-29T12:30:00Z'],
    ['Asia/Kathmandu', '2021-01-29', { at: '18:00' }, '2021-01-29T12:15:00Z'],
    ['Australia/Adelaide', '2021-04-04', { at: '02:30' }, '2021-04-03T16:00:00Z'],
    ['Australia/Lord_Howe', '2021-10-03', { at: '02:15' }, '2021-10-02T15:45:00Z'],
    ['Asia/Tokyo', '2021-03-28', { days: 1, at: '09:00' }, '2021-03-29T00:00:00Z'],
    ['America/Phoenix', '2021-03-14', { at: '02:30' }, '2021-03-14T09:30:00Z'],
    ['UTC', '2020-02-28', { days: 1, at: '06:00' }, '2020-02-29T06:00:00Z'],
    ['UTC', '2021-02-28', { days: 1, at: '06:00' }, '2021-03-01T06:00:00Z'],
    ['UTC', '2020-02-29', {}, '2020-03-01T00:00:00Z'],
    ['UTC', '2020-12-31', { days: 14 }, '2021-01-15T00:00:00Z'],
    // Skipped whole: the island went over the date line.
    ['Pacific/Apia', '2011-12-29', { days: 1, at: '12:00' }, '2011-12-30T22:00:00Z'],
  ])('%s %s %j', (timezone, value, moment, expected) => {
    expect(momentAt(moment, inZone(timezone), value)).toBe(expected);
  });

  it.each<[TimeKey['type'], string, Moment, string]>([
    ['month', '2020-02', { at: '18:00' }, '2020-02-29T23:00:00Z'],
    ['month', '2021-02', { days: 1, at: '18:00' }, '2021-03-01T23:00:00Z'],
    ['month', '2021-03', { hours: 2 }, '2021-04-01T06:00:00Z'],
    ['year', '2020', { days: 31 }, '2021-02-01T05:00:00Z'],
    ['hour', '2021-11-07T05', { hours: 1 }, '2021-11-07T07:00:00Z'],
    ['hour', '2021-03-14T06', { hours: 0 }, '2021-03-14T07:00:00Z'],
  ])('%s %s %j', (type, value, moment, expected) => {
    expect(momentAt(moment, inZone('America/New_York', type), value)).toBe(expected);
  });
});

describe('a moment in words', () => {
  const now = Date.parse('2021-01-29T21:00:00Z');
  it.each([
    ['2021-01-29T23:00:00Z', '2021-01-29 18:00 America/New_York, in 2 h'],
    ['2021-01-29T23:10:00Z', '2021-01-29 18:10 America/New_York, in 2 h 10 min'],
    ['2021-01-29T21:40:00Z', '2021-01-29 16:40 America/New_York, in 40 min'],
    ['2021-01-29T21:00:20Z', '2021-01-29 16:00 America/New_York, in 1 min'],
    ['2021-01-29T21:59:40Z', '2021-01-29 16:59 America/New_York, in 1 h'],
    ['2021-01-30T14:30:00Z', '2021-01-30 09:30 America/New_York, in 17 h 30 min'],
    ['2021-02-15T05:00:00Z', '2021-02-15 00:00 America/New_York, in 16 days'],
    ['2021-01-29T18:00:00Z', '2021-01-29 13:00 America/New_York, 3 h ago'],
  ])('%s is %s', (at, words) => {
    expect(describeMoment(Date.parse(at), now, 'America/New_York')).toBe(words);
  });

  it('among others in a line has its date only where that is another', () => {
    expect(clockWords(Date.parse('2021-01-29T23:05:00Z'), now, 'America/New_York')).toBe('18:05');
    expect(clockWords(Date.parse('2021-01-30T23:05:00Z'), now, 'America/New_York')).toBe('2021-01-30 18:05');
  });
});

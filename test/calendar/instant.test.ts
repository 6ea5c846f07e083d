import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../runner/calendar/instant.ts';

const at = (text: string) => {
  const read = parseInstant(text, 'America/New_York');
  return read.ok ? new Date(read.epochMs).toISOString() : (read.suggestion ?? read.reason);
};

describe('parseInstant', () => {
  it.each([
    ['2021-01-29T23:00:00Z', '2021-01-29T23:00:00.000Z'],
    ['2021-01-29T18:00-05:00', '2021-01-29T23:00:00.000Z'],
    ['2021-01-29t18:00:00.5+05:30', '2021-01-29T12:30:00.500Z'],
    ['2021-01-29 18:00Z', '2021-01-29T18:00:00.000Z'],
  ])('reads %s', (text, instant) => {
    expect(at(text)).toBe(instant);
  });

  it.each([
    ['2021-01-29', '2021-01-29T00:00:00-05:00'],
    ['2021-07-29', '2021-07-29T00:00:00-04:00'],
    ['2021-01-29T18:00', '2021-01-29T18:00:00-05:00'],
    // The hour that the clock skips, and the one that comes twice: the first.
    ['2021-03-14T02:30', '2021-03-14T03:30:00-04:00'],
    ['2021-11-07T01:30', '2021-11-07T01:30:00-04:00'],
  ])('gives %s an offset rather than guess it', (text, suggestion) => {
    expect(at(text)).toBe(suggestion);
  });

  it.each([
    '',
    'now',
    'tomorrow',
    '1611961200',
    '18:00',
    '2021-02-30T00:00Z',
    '+012021-01-29T00:00Z',
    '-000001-01-01T00:00Z',
    'Jan 29 2021',
  ])('refuses "%s"', (text) => {
    expect(at(text)).toBe(`expected an instant with its offset, found "${text}"`);
  });
});

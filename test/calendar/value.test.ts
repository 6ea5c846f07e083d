import { expect, it } from 'vitest';
import type { TimeType } from '../../runner/model/time.ts';
import { parseTimeValue } from '../../runner/calendar/value.ts';

it.each([
  ['date', '2021-01-29'],
  ['date', '2020-02-29'],
  ['hour', '2021-01-29T00'],
  ['hour', '2021-01-29T23'],
  ['month', '2021-12'],
  ['year', '2021'],
] as const)('takes a %s %s', (type, text) => {
  expect(parseTimeValue({ type }, text)).toEqual({ ok: true, value: text });
});

it.each<[TimeType, string, string, string | undefined]>([
  ['date', '2021-02-30', 'February 2021 has 28 days, found day 30', '2021-02-28'],
  ['date', '2020-02-30', 'February 2020 has 29 days', '2020-02-29'],
  ['date', '2021-00-10', 'month from 01 to 12', '2021-01-10'],
  ['date', '2021-13-31', 'month from 01 to 12, found 13', '2021-12-31'],
  ['date', '2021-01-00', 'January 2021 has 31 days, found day 00', '2021-01-01'],
  ['date', '2021-1-5', 'YYYY-MM-DD', '2021-01-05'],
  ['date', '20210129', 'YYYY-MM-DD', '2021-01-29'],
  ['date', '2021/01/29', 'YYYY-MM-DD', '2021-01-29'],
  ['date', '2021-2-30', 'YYYY-MM-DD', '2021-02-28'],
  ['date', '2021-01-29T13', 'YYYY-MM-DD', '2021-01-29'],
  ['date', 'yesterday', 'YYYY-MM-DD', undefined],
  ['date', '', 'YYYY-MM-DD', undefined],
  ['date', '0000-01-01', '0001 to 9999', undefined],
  ['month', '2021-01-29', 'YYYY-MM', '2021-01'],
  ['month', '2021-13', 'month from 01 to 12', '2021-12'],
  ['year', '21', 'YYYY', undefined],
  ['year', '2021-05', 'YYYY', '2021'],
  ['hour', '2021-01-29', 'YYYY-MM-DDTHH', '2021-01-29T00'],
  ['hour', '2021-01-29T24', 'hour from 00 to 23', '2021-01-29T23'],
  ['hour', '2021-01-29 13:00', 'YYYY-MM-DDTHH', '2021-01-29T13'],
])('refuses the %s %j in words', (type, text, reason, suggestion) => {
  const result = parseTimeValue({ type }, text);
  expect(result).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  expect(result.ok ? undefined : result.suggestion).toBe(suggestion);
});

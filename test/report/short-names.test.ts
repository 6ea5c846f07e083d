import { expect, it } from 'vitest';
import { shortNames } from '../../runner/report/short-names.ts';

it.each([
  [
    'what differs at the end',
    ['momentum/date=2021-01-28/venue=nyse', 'momentum/date=2021-01-28/venue=amex'],
    ['momentum/date=2021-…nyse', 'momentum/date=2021-…amex'],
  ],
  [
    'what differs in the middle',
    ['momentum/date=2020-01-28/venue=nyse', 'momentum/date=2021-11-28/venue=nyse'],
    ['momentum/d…0-01-28/venu…', 'momentum/d…1-11-28/venu…'],
  ],
  ['one alone at both ends', ['momentum/date=2021-01-28/venue=nyse'], ['momentum…1-28/venue=nyse']],
  ['short ones whole', ['a/date=2021-01-28', 'b'], ['a/date=2021-01-28', 'b']],
])('names are cut so that rows stay apart: %s', (_, names, short) => {
  expect(shortNames(names, 24)).toEqual(short);
  for (const name of shortNames(names, 24)) expect(name.length).toBeLessThanOrEqual(24);
});

import { expect, it } from 'vitest';
import { orderOf, timeOf } from '../../../runner/ledger/publish/order.ts';
import { parseInstanceId } from '../../../runner/model/partition.ts';

const order = (instance: string) => ({ instance, order: timeOf(parseInstanceId(instance).keys) });

it.each([
  ['p/t/year=2021', 'p/t/year=2020'],
  ['p/t/quarter=2021-Q1', 'p/t/quarter=2020-Q4'],
  ['p/t/month=2021-01', 'p/t/month=2020-12'],
  ['p/t/week=2021-W01/venue=nyse', 'p/t/week=2020-W53/venue=nyse'],
  ['p/t/date=2021-01-29', 'p/t/date=2021-01-28'],
  ['p/t/hour=2021-01-29T13', 'p/t/hour=2021-01-29T12'],
  ['p/t/minute=2021-01-29T13%3A15', 'p/t/minute=2021-01-29T13%3A00'],
])('%s is newer than %s', (newer, older) => {
  expect(orderOf(order(newer), older)).toBe('ahead');
  expect(orderOf(order(older), newer)).toBe('behind');
});

it.each([
  ['p/t/week=2021-W01/venue=nyse', 'p/t/week=2021-W02/venue=nasdaq'],
  ['p/t/lot=2021-X1', 'p/t/lot=2021-X2'],
])('%s and %s have no order', (one, other) => {
  expect(orderOf(order(one), other)).toBe('none');
});

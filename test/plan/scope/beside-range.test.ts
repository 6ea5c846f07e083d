import { expect, it } from 'vitest';
import { besideRange } from '../../../runner/plan/scope/beside-range.ts';
import type { TimeKey } from '../../../runner/model/time.ts';

const HALVES: TimeKey = {
  name: 'half',
  type: 'date',
  timezone: 'UTC',
  start: '2026-01-01',
  calendar: { name: 'halves', kind: 'month-days', days: [1, 16] },
};
const NOW = Date.parse('2026-11-29T12:00:00Z');

it.each([
  [{ kind: 'today' }, '; beside it there are --half 2026-11-16 and --half 2026-12-01'],
  [
    { kind: 'range', from: '2026-02-03', to: '2026-02-05' },
    '; beside it there are --half 2026-02-01 and --half 2026-02-16',
  ],
  [{ kind: 'single', value: '2025-12-24' }, '; beside it there is --half 2026-01-01'],
  [{ kind: 'single', value: '2026-02' }, ''],
] as const)('dates without a partition are told with those beside them: %j', (range, words) => {
  expect(besideRange(HALVES, range, NOW)).toBe(words);
});

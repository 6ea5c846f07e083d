import { expect, it } from 'vitest';
import { olderLines } from '../../runner/report/older-words.ts';

const line = (values: readonly string[], atLeast = false) =>
  olderLines([
    { task: 'clean', values, atLeast, command: ['sluice', 'run', 'sales', 'clean', '--last', '7'] },
  ])[0];

it.each([
  [['2026-11-24', '2026-11-25', '2026-11-26'], '3 older partitions are missing (2026-11-24 … 26)'],
  [['2026-11-30', '2026-12-01'], '2 older partitions are missing (2026-11-30 … 12-01)'],
  [['2020-W53', '2021-W01'], '2 older partitions are missing (2020-W53 … 2021-W01)'],
  [['2021-01-29T13', '2021-01-30T02'], '2 older partitions are missing (2021-01-29T13 … 30T02)'],
  [['2021'], '1 older partition is missing (2021)'],
])('%s', (values, words) => {
  expect(line(values)).toBe(`clean: ${words}: sluice run sales clean --last 7`);
});

it('says where there may be more', () => {
  expect(line(['2020', '2021'], true)).toContain('clean: at least 2 older partitions are missing');
});

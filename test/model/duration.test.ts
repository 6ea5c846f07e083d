import { expect, it } from 'vitest';
import { formatLimit } from '../../runner/model/duration.ts';

it.each([
  [0.03 * 60, '1.8 s'],
  [90, '90 s'],
  [0.1 + 0.2, '0.3 s'],
  [300, '5 min'],
  [1 / 3, '0.333 s'],
  [12_345, '12345 s'],
])('a limit of %d seconds is told as %s', (seconds, text) => {
  expect(formatLimit(seconds)).toBe(text);
});

import { expect, it } from 'vitest';
import { typedWith } from '../../../runner/commands/cli/again.ts';

it('repeats what was typed with other values of some flags, and without those that forbid them', () => {
  const typed = ['run', 'p', '--only', 'missing', '--rebuild=all', '--date', '2026-01-01'];
  expect(typedWith(typed, { '--rebuild': 'stale' }, ['--only', '--resume'])).toBe(
    'sluice run p --date 2026-01-01 --rebuild stale',
  );
});

import { CHANGES } from './changes.ts';
import { DAMAGE } from './damage.ts';
import { FAILURES } from './failures.ts';
import type { Scenario } from './scenario.ts';
import { STOPPED } from './stopped.ts';
import { SURROUNDINGS } from './surroundings.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...FAILURES,
  ...STOPPED,
  ...DAMAGE,
  ...CHANGES,
  ...SURROUNDINGS,
];

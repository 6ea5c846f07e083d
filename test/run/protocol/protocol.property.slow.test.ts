import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { check } from './checker.ts';
import {
  clear,
  fail,
  gc,
  litter,
  make,
  plan,
  read,
  readPublished,
  rebuild,
  skip,
  type Scenario,
} from './roles.ts';
import { GO, type Decision } from './schedule.ts';

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  instances: fc.constantFrom(1, 1, 2),
  before: fc.array(fc.constantFrom(make, litter, clear, rebuild, skip), { maxLength: 3 }),
  roles: fc.array(
    fc.constantFrom(make, rebuild, rebuild, rebuild, skip, fail, gc, gc, clear, read, readPublished, plan),
    { minLength: 2, maxLength: 5 },
  ),
});

const seconds = fc.constantFrom(0, 70, 400);
const decisions: fc.Arbitrary<Decision> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('switch'), to: fc.nat({ max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sleep'), seconds }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('repeat'), seconds }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Decision>(
      { kind: 'lose' },
      { kind: 'overtake' },
      { kind: 'die', moment: 'before' },
      { kind: 'die', moment: 'after' },
    ),
  },
);

/** Few things happen; most of the time an actor just goes on. */
const schedules = fc
  .array(fc.tuple(fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 40 })), decisions), {
    maxLength: 8,
    size: 'max',
  })
  .map((events) =>
    events.flatMap(([goes, decision]) => [...Array.from({ length: goes }, () => GO), decision]),
  );

test('however runs, gc, clear and readers interleave, sleep, die and lose answers, no result is false', async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, schedules, async (scenario, schedule) => {
      const { broken, trace } = await check(scenario, schedule);
      expect(broken.length === 0 ? '' : [...broken, ...trace].join('\n')).toBe('');
    }),
    { numRuns: 700 },
  );
});

import { check, type Found } from './checker.ts';
import type { Fault } from './faults.ts';
import type { Role } from './roles.ts';
import { GO, type Decision } from './schedule.ts';

/** How the first of two is held up at one of its requests. */
const HOLDS: readonly Decision[] = [
  { kind: 'switch', to: 1 },
  { kind: 'sleep', seconds: 400 },
  { kind: 'repeat', seconds: 0 },
  { kind: 'repeat', seconds: 400 },
  { kind: 'lose' },
  { kind: 'die', moment: 'after' },
];

const DIES: Decision = { kind: 'die', moment: 'before' };

/** Changes whose order matters to somebody else. */
const TELLING =
  /: (put (claims|manifests|exceptions|publications|published|objects.*b\.txt)|delete (claims|objects|publications|exceptions))/;

/**
 * All the ways in which one is held up at any of its changes, the other gets as far as any of its own, and then the
 * the first goes on to its end, or just makes that change and dies. Stops at the first that breaks something.
 */
export async function checkInterruptions(
  before: readonly Role[],
  first: Role,
  second: Role,
  fault?: Fault,
): Promise<Found | undefined> {
  const stops = await changesOf(before, second);
  for (const at of await changesOf(before, first)) {
    for (const hold of HOLDS) {
      for (const stop of hold.kind === 'die' ? [Infinity] : [...stops, Infinity]) {
        const decisions: Decision[] = [...goes(at), hold, { kind: 'switch', to: 1 }];
        if (stop < Infinity) decisions.push(...goes(stop - 1), { kind: 'switch', to: 0 });
        const wakesUp = 'seconds' in hold && hold.seconds > 0 && stop < Infinity;
        for (const then of wakesUp ? [[], [DIES]] : [[]]) {
          const found = await check(
            { instances: 1, before, roles: [first, second] },
            [...decisions, ...then],
            fault,
          );
          if (found.broken.length > 0) return found;
        }
      }
    }
  }
  return undefined;
}

/** Before which of its requests, counted from 0, it is about to change something. */
async function changesOf(before: readonly Role[], role: Role): Promise<readonly number[]> {
  const { trace } = await check({ instances: 1, before, roles: [role] }, []);
  const from = trace.findIndex((line) => line.startsWith('---')) + 1;
  const own = trace.slice(
    from,
    trace.findLastIndex((line) => line.startsWith('---')),
  );
  return own.flatMap((line, place) => (TELLING.test(line) ? [place] : []));
}

function goes(count: number): readonly Decision[] {
  return Array.from({ length: count }, () => GO);
}

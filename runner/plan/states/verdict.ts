import { committedOutcome } from './committed.ts';
import { momentOf } from '../scope/due.ts';
import { judgeNeeds, type Fate, type Verdict } from './judge.ts';
import type { Assessment, Assessing } from './assessment.ts';
import type { ScopedInstance } from '../scope/tables.ts';

/** What its needs mean for an instance, by what was assessed of them. */
export function verdictOf(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): Verdict {
  const { bindings } = instance;
  if (bindings.length === 0) return READY;
  const memberAt = (need: number, member: number) => bindings[need]?.members[member];
  return judgeNeeds(
    bindings.map((binding) => binding.need),
    (need, member) => {
      const found = memberAt(need, member);
      return found === undefined ? 'not-in-range' : fateOf(assessing, found, assessed[found.index]);
    },
    (need, member) => {
      const found = memberAt(need, member);
      return found !== undefined && awaitedUntil(assessing, found) !== undefined;
    },
  );
}

/** Until when an optional member may still come: its `until` or `deadline`, where that is ahead. */
export function awaitedUntil(assessing: Assessing, member: ScopedInstance): number | undefined {
  const { table, position } = member;
  const moments = [momentOf(table, 'until', position), momentOf(table, 'deadline', position)];
  return moments.find((at) => at !== undefined && at > assessing.nowMs);
}

const READY: Verdict = { kind: 'ready' };

function fateOf(assessing: Assessing, member: ScopedInstance, assessed: Assessment | undefined): Fate {
  const { foreign } = member.table;
  const { rebuild } = assessing.scope.request;
  if (isStanding(assessed) && isSkip(assessing, member)) {
    return assessed.mayTurn === true ? 'coming' : 'skipped';
  }
  // A rebuild that is not tried now: what it was to replace stands.
  if (assessed?.resting === true && committedOutcome(assessing.knowledge, member.id) !== undefined)
    return 'there';
  switch (assessed?.state) {
    case undefined:
      return 'not-in-range';
    case 'done':
    case 'stale':
    case 'unpublished':
      return 'there';
    case 'missing':
    case 'running':
    case 'waiting':
    case 'unknown':
      return foreign || !assessed.runnable ? 'waiting' : 'coming';
    case 'failed':
      if (!foreign && assessed.resting !== true) {
        if (rebuild.failed || rebuild.all) return 'coming';
        if (rebuild.stale && assessed.stale === true) return 'coming';
      }
      if (committedOutcome(assessing.knowledge, member.id) !== undefined) return 'there';
      return foreign ? 'waiting' : 'blocked';
    case 'blocked':
      return foreign ? 'waiting' : 'blocked';
    case 'skipped':
    case 'lost':
    case 'not-in-range':
      return assessed.state;
  }
}

/** Something may be committed, whatever is said of making it anew. */
function isStanding(assessed: Assessment | undefined): assessed is Assessment {
  return assessed?.state === 'stale' || assessed?.state === 'failed' || assessed?.state === 'waiting';
}

function isSkip({ knowledge }: Assessing, member: ScopedInstance): boolean {
  return committedOutcome(knowledge, member.id) === 'skipped';
}

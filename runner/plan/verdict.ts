import { committedOutcome } from './committed.ts';
import { momentOf } from './due.ts';
import { judgeNeeds, type Fate, type Verdict } from './judge.ts';
import type { Judged, Judging } from './judged.ts';
import type { ScopedInstance } from './tables.ts';

/** What its needs mean for an instance, by what was judged of them. */
export function verdictOf(judging: Judging, instance: ScopedInstance, judged: readonly Judged[]): Verdict {
  const { bindings } = instance;
  if (bindings.length === 0) return READY;
  const memberAt = (need: number, member: number) => bindings[need]?.members[member];
  return judgeNeeds(
    bindings.map((binding) => binding.need),
    (need, member) => {
      const found = memberAt(need, member);
      return found === undefined ? 'not-in-range' : fateOf(judging, found, judged[found.index]);
    },
    (need, member) => {
      const found = memberAt(need, member);
      return found !== undefined && awaitedUntil(judging, found) !== undefined;
    },
  );
}

/** Until when an optional member may still come: its `until` or `deadline`, where that is ahead. */
export function awaitedUntil(judging: Judging, member: ScopedInstance): number | undefined {
  const { table, position } = member;
  const moments = [momentOf(table, 'until', position), momentOf(table, 'deadline', position)];
  return moments.find((at) => at !== undefined && at > judging.nowMs);
}

const READY: Verdict = { kind: 'ready' };

function fateOf(judging: Judging, member: ScopedInstance, judged: Judged | undefined): Fate {
  const { foreign } = member.table;
  const { rebuild } = judging.scope.request;
  if ((judged?.state === 'stale' || judged?.state === 'failed') && isSkip(judging, member)) {
    return judged.mayTurn === true ? 'coming' : 'skipped';
  }
  switch (judged?.state) {
    case undefined:
      return 'not-in-range';
    case 'done':
    case 'stale':
    case 'unpublished':
      return 'there';
    case 'missing':
    case 'running':
      return foreign || !judged.runnable ? 'waiting' : 'coming';
    case 'failed':
      if (!foreign && (rebuild.failed || rebuild.all)) return 'coming';
      if (!foreign && rebuild.stale && judged.stale === true) return 'coming';
      if (committedOutcome(judging.knowledge, member.id) !== undefined) return 'there';
      return foreign ? 'waiting' : 'blocked';
    case 'blocked':
      return foreign ? 'waiting' : 'blocked';
    case 'waiting':
    case 'unknown':
      return 'waiting';
    case 'skipped':
    case 'lost':
    case 'not-in-range':
      return judged.state;
  }
}

function isSkip({ knowledge }: Judging, member: ScopedInstance): boolean {
  return committedOutcome(knowledge, member.id) === 'skipped';
}

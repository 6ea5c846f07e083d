import type { InstanceId } from '../../model/partition.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import { endMs } from './order.ts';

/**
 * A few dates, spread over the range, with all that they need: what is wrong with any task, or with old data, shows
 * there. `fromOldest`: each needs those before it, so the first ones are all there is to try.
 */
export function canaryOf(
  work: readonly PlannedInstance[],
  count: number,
  fromOldest: boolean,
): ReadonlySet<InstanceId> {
  const asked = work.filter(({ asked: isAsked }) => isAsked);
  const ends = [...new Set(asked.map(endMs))].sort((a, b) => a - b);
  const chosen = new Set(fromOldest ? ends.slice(0, count) : spread(ends, count));
  const byId = new Map(work.map((planned) => [planned.id, planned]));
  const canary = new Set<InstanceId>();
  const left = asked.filter((planned) => chosen.has(endMs(planned)));
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (canary.has(next.id)) continue;
    canary.add(next.id);
    for (const { members } of next.needs) left.push(...members.flatMap((id) => byId.get(id) ?? []));
  }
  return canary;
}

/** The first, the last, and those in between at equal distances; of one, the last. */
function spread(ends: readonly number[], count: number): readonly number[] {
  if (count >= ends.length) return ends;
  if (count === 1) return ends.slice(-1);
  return Array.from(
    { length: count },
    (_, n) => ends[Math.round((n * (ends.length - 1)) / (count - 1))] ?? 0,
  );
}

import type { InstanceId } from '../../model/partition.ts';
import type { PlannedInstance } from '../../model/plan.ts';

export type Order = 'newest' | 'oldest';

/** What a run does something about: the others are settled before it begins. */
export function workIn(instances: readonly PlannedInstance[]): readonly PlannedInstance[] {
  return instances.filter(({ action }) => action !== 'none');
}

/**
 * Dates whole, one after the other: each instance stands right after what it needs, and that only as soon as
 * something needs it. So the newest date is finished before the one before it is begun.
 */
export function inOrder(work: readonly PlannedInstance[], order: Order): readonly PlannedInstance[] {
  const places = new Map<InstanceId, Placed>();
  for (const [place, planned] of work.entries())
    places.set(planned.id, { planned, place, endMs: endMs(planned) });
  const sign = order === 'newest' ? -1 : 1;
  const byDate = (a: Placed, b: Placed): number => sign * (a.endMs - b.endMs) || a.place - b.place;
  const ordered: PlannedInstance[] = [];
  const seen = new Set<InstanceId>();
  const open = (placed: Placed): Visit => ({
    placed,
    needs: placed.planned.needs
      .flatMap(({ members }) => members.flatMap((id) => places.get(id) ?? []))
      .filter(({ planned }) => !seen.has(planned.id))
      .sort(byDate),
    next: 0,
  });
  for (const target of [...places.values()].filter(({ planned }) => planned.asked).sort(byDate)) {
    // A chain may be as long as the plan: no recursion.
    const path: Visit[] = [];
    const visit = (placed: Placed): void => {
      if (seen.has(placed.planned.id)) return;
      seen.add(placed.planned.id);
      path.push(open(placed));
    };
    visit(target);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const need = top.needs[top.next];
      top.next += 1;
      if (need === undefined) {
        ordered.push(top.placed.planned);
        path.pop();
      } else visit(need);
    }
  }
  // What nobody asked for and nobody needs: hooks.
  return [...ordered, ...work.filter(({ id }) => !seen.has(id))];
}

interface Placed {
  readonly planned: PlannedInstance;
  readonly place: number;
  readonly endMs: number;
}

interface Visit {
  readonly placed: Placed;
  readonly needs: readonly Placed[];
  next: number;
}

/** Without a period it belongs to no date, and comes first. */
export function endMs({ period }: PlannedInstance): number {
  return period === undefined ? Number.NEGATIVE_INFINITY : Date.parse(period.end);
}

/** A task whose instances need earlier ones of their own, be it through other tasks: only one order is possible. */
export function needsOwnPast(work: readonly PlannedInstance[]): string | undefined {
  const taskOf = new Map(work.map(({ id, pipeline, task }) => [id, `${pipeline}/${task}`]));
  const needs = new Map<string, Set<string>>();
  for (const { pipeline, task, needs: bound } of work) {
    const name = `${pipeline}/${task}`;
    const known = needs.get(name) ?? new Set<string>();
    needs.set(name, known);
    for (const { members } of bound) {
      for (const id of members) {
        const needed = taskOf.get(id);
        if (needed !== undefined) known.add(needed);
      }
    }
  }
  return [...needs.keys()].find((name) => reaches(needs, name, name))?.split('/')[1];
}

function reaches(needs: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const left = [...(needs.get(from) ?? [])];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    left.push(...(needs.get(next) ?? []));
  }
  return false;
}

import type { InstanceId } from '../model/partition.ts';
import type { Plan, PlannedInstance } from '../model/plan.ts';
import type { State } from '../model/state.ts';

/** Deeper than anybody reads. */
const MAX_DEPTH = 12;
const MAX_MEMBERS = 5;

/**
 * The chain of reasons behind one instance's state, as lines for a person: the instance, then by indentation what
 * of its needs is not done, down to the first causes. `settings` are the flags that it is looked at with.
 */
export function explain(plan: Plan, id: InstanceId, settings: readonly string[] = []): readonly string[] {
  const byId = new Map(plan.instances.map((instance) => [instance.id, instance]));
  const instance = byId.get(id);
  if (instance === undefined) return [`${id} is not in this plan`];
  const lines: string[] = [];
  addLines(byId, instance, 0, new Set(), lines);
  if (instance.neededBy !== undefined) lines.push(`it is needed by ${instance.neededBy}`);
  if (instance.action !== 'none') lines.push(outlook(instance, settings));
  return lines;
}

/** What a run would do about it, with the words to type. A stale one is not touched unless that is asked for. */
function outlook({ id, state, action }: PlannedInstance, settings: readonly string[]): string {
  const rebuild = state === 'stale' ? ['--rebuild stale'] : [];
  const command = ['sluice run', id, ...settings, ...rebuild].join(' ');
  switch (action) {
    case 'run':
      return `${command} makes it${state === 'stale' ? ' anew' : ''}`;
    case 'compare':
      return `${command} compares what it reads when its turn comes, and makes it anew only if that has changed`;
    case 'expand':
      return `${command} runs its legs as soon as they are known`;
    case 'publish':
      return `${command} publishes it again, or names what stands in the way; it runs nothing`;
    case 'none':
      return '';
  }
}

function addLines(
  byId: ReadonlyMap<InstanceId, PlannedInstance>,
  instance: PlannedInstance,
  depth: number,
  said: Set<InstanceId>,
  lines: string[],
): void {
  const indent = '  '.repeat(depth);
  const again = said.has(instance.id) ? ' (see above)' : '';
  lines.push(`${indent}${instance.id} is ${stated(instance)}${again}`);
  if (again !== '' || depth >= MAX_DEPTH) return;
  said.add(instance.id);
  if (isSettled(instance.state)) return;
  for (const need of instance.needs) {
    const open = need.members.flatMap((id) => byId.get(id) ?? []).filter((member) => isTold(member));
    for (const member of open.slice(0, MAX_MEMBERS)) addLines(byId, member, depth + 1, said, lines);
    if (open.length > MAX_MEMBERS) {
      lines.push(`${indent}  … and ${open.length - MAX_MEMBERS} more of ${need.name}`);
    }
  }
}

function stated(instance: PlannedInstance): string {
  return instance.reason === instance.state ? instance.state : `${instance.state}: ${instance.reason}`;
}

function isSettled(state: State): boolean {
  return state === 'done' || state === 'unpublished';
}

/** What is done explains nothing, unless this run makes it anew. */
function isTold(member: PlannedInstance): boolean {
  return member.state !== 'done' || member.action !== 'none';
}

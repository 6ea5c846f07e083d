import { lackingIn, lackingReason, type Lacking } from './lacking.ts';
import type { Assessment, Assessing } from '../states/assessment.ts';
import { memberName } from '../states/reasons.ts';
import type { ScopedInstance } from '../scope/tables.ts';

/**
 * Blocked, where what it would read was made before something was declared that it reads. Known as far as manifests
 * were read; else its turn decides.
 */
export function lackedBy(
  { knowledge }: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): Assessment | undefined {
  if (knowledge.contents.size === 0) return undefined;
  const lacking: Lacking[] = [];
  const names = new Map<string, string>();
  const { task } = instance.table;
  for (const { need, members } of instance.bindings) {
    const rule = task.needs.find(({ name }) => name === need.name);
    if (rule === undefined) continue;
    for (const member of members) {
      const known = assessed[member.index];
      const manifest = knowledge.contents.get(member.id);
      // What is made anew before has all that it declares.
      if (manifest === undefined || (known?.state === 'stale' && known.runnable)) continue;
      const found = lackingIn(task, rule, member.table.task, manifest);
      if (found === undefined) continue;
      lacking.push(found);
      names.set(member.id, memberName(instance, member));
    }
  }
  if (lacking.length === 0) return undefined;
  const reason = lackingReason(lacking, (id) => names.get(id) ?? id);
  return { state: 'blocked', reason, cause: reason, runnable: false, pulls: false };
}

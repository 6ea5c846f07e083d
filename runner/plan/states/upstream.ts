import type { Assessing } from './assessment.ts';
import { committedOutcome } from './committed.ts';
import type { ScopedInstance } from '../scope/tables.ts';
import { isDerived, isSelected, setJudged, type Work } from './work.ts';

/**
 * Wants what is stale above what was asked for, whatever its date, of the tasks that are named; and in any run what
 * has a publication pending there: to copy it is all that is to be done. True if there are new ones.
 */
export function chooseUpstream(assessing: Assessing, work: Work): boolean {
  const { knowledge, scope } = assessing;
  if (!scope.request.rebuild.stale && knowledge.publications.size === 0) return false;
  findReached(assessing, work);
  let found = false;
  for (const instance of work.instances) {
    const { index, asked, table } = instance;
    const known = work.assessed[index];
    const needer = work.reachedBy[index];
    if (needer === undefined || known === undefined || asked || table.foreign) continue;
    if (work.wanted[index] === 1 || !isSelected(assessing, known)) continue;
    const outcome = committedOutcome(knowledge, instance.id);
    if (outcome === undefined) continue;
    work.wanted[index] = 1;
    work.neededBy[index] ??= needer;
    found = true;
    if (outcome !== 'skipped') continue;
    setJudged(work, instance, { ...known, mayTurn: true });
    work.turning = true;
  }
  return found;
}

/** Whether this run makes it anew where it is stale: asked for, or of a task that is named and above what is. */
export function isRebuilt({ scope }: Assessing, { asked, table }: ScopedInstance): boolean {
  if (asked) return true;
  const { rebuild, tasks } = scope.request;
  return rebuild.stale && !table.foreign && (tasks.length === 0 || tasks.includes(table.task.name));
}

/** The same of one that is above what was asked for, with nothing between them that is not there. */
export function isRebuiltNow(assessing: Assessing, work: Work, instance: ScopedInstance): boolean {
  return work.reachedBy[instance.index] !== undefined && isRebuilt(assessing, instance);
}

/**
 * By which needer each is reached from what was asked for. What is not there and is not made now ends the way: a
 * done instance never pulls its history.
 */
function findReached({ knowledge }: Assessing, work: Work): void {
  for (let index = work.instances.length - 1; index >= 0; index -= 1) {
    const instance = work.instances[index];
    const known = work.assessed[index];
    if (instance === undefined || known === undefined || instance.table.foreign) continue;
    if (instance.asked) work.reachedBy[index] = instance;
    if (work.reachedBy[index] === undefined) continue;
    const isWrapper = instance.table.task.kind === 'wrapper';
    const isThere = committedOutcome(knowledge, instance.id) !== undefined || isDerived(known.state);
    if (!isWrapper && !isThere && work.wanted[index] === 0) continue;
    for (const { members } of instance.bindings) {
      for (const member of members) {
        // What needs a wrapper reads nothing of it.
        if (isWrapper || member.table.task.kind !== 'wrapper') work.reachedBy[member.index] ??= instance;
      }
    }
  }
}

import type { Assessment } from './assessment.ts';
import { isDerived, type Work } from './work.ts';

/** What was asked for, what is done for it, and whatever else keeps one of those from being done. */
export function show(work: Work): Uint8Array {
  const shown = new Uint8Array(work.instances.length);
  for (let index = work.instances.length - 1; index >= 0; index -= 1) {
    const instance = work.instances[index];
    const known = work.assessed[index];
    if (instance === undefined || known === undefined || instance.table.foreign) continue;
    if (instance.asked || work.actions[index] !== 'none') shown[index] = 1;
    // Of what is done nothing needs explaining, and there may be 100,000 of it.
    if (shown[index] === 0 || known.state === 'done') continue;
    for (const { members } of instance.bindings) {
      for (const member of members) {
        if (member.table.foreign || shown[member.index] === 1) continue;
        if (!explains(known, work.assessed[member.index])) continue;
        shown[member.index] = 1;
        if (!member.asked) work.neededBy[member.index] ??= instance;
      }
    }
  }
  return shown;
}

/** Whether a member's state is part of why its needer is as it is. */
function explains(needer: Assessment, member: Assessment | undefined): boolean {
  if (member === undefined) return false;
  const derived = isDerived(member.state);
  const hindered = member.state === 'failed' || member.state === 'blocked' || member.state === 'waiting';
  switch (needer.state) {
    case 'done':
    case 'unpublished':
      return false;
    case 'skipped':
    case 'lost':
    case 'not-in-range':
      return derived;
    case 'blocked':
      return hindered;
    case 'waiting':
    case 'unknown':
      return needer.pulls && (hindered || member.state === 'unknown');
    case 'missing':
    case 'failed':
    case 'stale':
    case 'running':
      return derived || hindered;
  }
}

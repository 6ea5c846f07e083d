import type { Action } from '../model/plan.ts';
import type { Judged, Judging } from './judged.ts';
import { memberName, sentence } from './reasons.ts';
import type { ScopedInstance } from './tables.ts';

/** By an instance's index; arrays side by side, for 100,000 small objects cost more than what they say. */
export interface Decisions {
  readonly actions: readonly Action[];
  /** Differs from what was judged where the decision says more: `stale` "if momentum changes". */
  readonly judged: readonly Judged[];
  /** The instance that made this one wanted, where it was not asked for. */
  readonly neededBy: readonly (ScopedInstance | undefined)[];
  /** 1: part of the plan that a person sees. */
  readonly shown: Uint8Array;
}

/**
 * What this run does with each instance. Wanted are the asked ones in a state that the request selects, and what
 * those need and is not there: what nobody wants stays undone, so that a done instance never pulls its history.
 */
export function decide(judging: Judging, judged: readonly Judged[]): Decisions {
  const { instances } = judging.scope;
  const work = {
    instances,
    judged: [...judged],
    actions: instances.map((): Action => 'none'),
    neededBy: instances.map((): ScopedInstance | undefined => undefined),
    wanted: new Uint8Array(instances.length),
  };
  for (const instance of instances) {
    const known = judged[instance.index];
    if (known !== undefined && instance.asked && isSelected(judging, known)) work.wanted[instance.index] = 1;
  }
  // A comparison may end in a run and wants its needs, which may make more to compare.
  do pull(judging, work);
  while (compare(judging, work));
  orderByWrappers(work);
  const shown = show(work);
  return { actions: work.actions, judged: work.judged, neededBy: work.neededBy, shown };
}

interface Work {
  readonly instances: readonly ScopedInstance[];
  readonly judged: Judged[];
  readonly actions: Action[];
  readonly neededBy: (ScopedInstance | undefined)[];
  readonly wanted: Uint8Array;
}

/** Whether the request's `--rebuild`, or its absence, is about an instance in this state. */
function isSelected(judging: Judging, { state }: Judged): boolean {
  const { rebuild } = judging.scope.request;
  switch (state) {
    case 'missing':
    case 'waiting':
    case 'running':
    case 'unknown':
      return rebuild.missing || rebuild.all;
    case 'failed':
      return rebuild.failed || rebuild.all;
    case 'stale':
      return rebuild.stale || rebuild.all;
    case 'unpublished':
      return true;
    case 'done':
    case 'blocked':
    case 'skipped':
    case 'lost':
    case 'not-in-range':
      return false;
  }
}

/** From needers to what they need: every needer stands after its needs, so one pass backwards is enough. */
function pull(judging: Judging, work: Work): void {
  const { rebuild } = judging.scope.request;
  const retries = rebuild.failed || rebuild.all;
  for (let index = work.instances.length - 1; index >= 0; index -= 1) {
    const instance = work.instances[index];
    const known = work.judged[index];
    if (instance === undefined || known === undefined || work.wanted[index] === 0) continue;
    if (instance.table.foreign) continue;
    if (work.actions[index] !== 'compare') work.actions[index] = actionOf(known);
    if (!known.pulls && work.actions[index] !== 'compare') continue;
    for (const { members } of instance.bindings) {
      for (const member of members) {
        if (member.table.foreign || work.wanted[member.index] === 1) continue;
        if (!isPulled(work.judged[member.index], retries)) continue;
        work.wanted[member.index] = 1;
        if (!member.asked) work.neededBy[member.index] = instance;
      }
    }
  }
}

function actionOf(known: Judged): Action {
  if (known.state === 'unpublished') return 'publish';
  return known.runnable ? 'run' : 'none';
}

/** What a needer makes run: what has no result, and of failed ones those that may be tried again. */
function isPulled(known: Judged | undefined, retries: boolean): boolean {
  switch (known?.state) {
    case 'missing':
    case 'running':
    case 'waiting':
    case 'unknown':
    case 'unpublished':
      return true;
    case 'failed':
      return retries;
    default:
      return false;
  }
}

/** A done one whose needs may change is decided when its turn comes. True if there are new ones. */
function compare(judging: Judging, work: Work): boolean {
  const { rebuild, downstream } = judging.scope.request;
  if (!rebuild.stale && !downstream) return false;
  let found = false;
  for (const instance of work.instances) {
    const { index } = instance;
    if (!instance.asked && !instance.downstream) continue;
    if (work.judged[index]?.state !== 'done' || instance.table.task.kind === 'wrapper') continue;
    // What needs a wrapper reads nothing of it.
    const changing = changingNeeds(work, instance, (member) => member.table.task.kind !== 'wrapper');
    if (changing.length === 0) continue;
    work.judged[index] = staleIf(changing);
    work.actions[index] = 'compare';
    work.wanted[index] = 1;
    found = true;
  }
  return found;
}

/** A wrapper whose needs are made anew is done when they are: what needs it must not overtake them. */
function orderByWrappers(work: Work): void {
  for (const instance of work.instances) {
    const { index, table } = instance;
    if (table.task.kind !== 'wrapper' || table.foreign || work.judged[index]?.state !== 'done') continue;
    const changing = changingNeeds(work, instance, () => true);
    if (changing.length === 0) continue;
    work.judged[index] = staleIf(changing);
    work.actions[index] = 'run';
  }
}

function staleIf(changing: readonly string[]): Judged {
  const reason = `if ${sentence(changing)} ${changing.length === 1 ? 'changes' : 'change'}`;
  return { state: 'stale', reason, runnable: true, pulls: true };
}

function changingNeeds(
  work: Work,
  instance: ScopedInstance,
  counts: (member: ScopedInstance) => boolean,
): readonly string[] {
  const names: string[] = [];
  for (const { members } of instance.bindings) {
    for (const member of members) {
      const action = work.actions[member.index];
      if ((action === 'run' || action === 'compare') && counts(member))
        names.push(memberName(instance, member));
    }
  }
  return names;
}

/** What was asked for, what is done for it, and whatever else keeps one of those from being done. */
function show(work: Work): Uint8Array {
  const shown = new Uint8Array(work.instances.length);
  for (let index = work.instances.length - 1; index >= 0; index -= 1) {
    const instance = work.instances[index];
    const known = work.judged[index];
    if (instance === undefined || known === undefined || instance.table.foreign) continue;
    if (instance.asked || work.actions[index] !== 'none') shown[index] = 1;
    // Of what is done nothing needs explaining, and there may be 100,000 of it.
    if (shown[index] === 0 || known.state === 'done') continue;
    for (const { members } of instance.bindings) {
      for (const member of members) {
        if (member.table.foreign || shown[member.index] === 1) continue;
        if (!explains(known, work.judged[member.index])) continue;
        shown[member.index] = 1;
        if (!member.asked) work.neededBy[member.index] ??= instance;
      }
    }
  }
  return shown;
}

/** Whether a member's state is part of why its needer is as it is. */
function explains(needer: Judged, member: Judged | undefined): boolean {
  if (member === undefined) return false;
  const derived = member.state === 'skipped' || member.state === 'lost' || member.state === 'not-in-range';
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

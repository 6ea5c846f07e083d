import type { Action } from '../../model/plan.ts';
import { committedOutcome } from './committed.ts';
import { changedInputs } from '../staleness/current.ts';
import type { Assessment, Assessing } from './assessment.ts';
import { findStaleSources, tellStaleSources, type StaleSource } from '../staleness/made-from.ts';
import { sentence } from './reasons.ts';
import { show } from './show.ts';
import { judge } from './states.ts';
import type { ScopedInstance } from '../scope/tables.ts';
import { chooseUpstream, isRebuiltNow } from './upstream.ts';
import { changingNeeds, isDerived, isSelected, setJudged, type Work } from './work.ts';

/** By an instance's index; arrays side by side, for 100,000 small objects cost more than what they say. */
export interface Decisions {
  readonly actions: readonly Action[];
  /** Differs from what was assessed where the decision says more: `stale` "if momentum changes". */
  readonly assessed: readonly Assessment[];
  /** The instance that made this one wanted, where it was not asked for. */
  readonly neededBy: readonly (ScopedInstance | undefined)[];
  /** 1: part of the plan that a person sees. */
  readonly shown: Uint8Array;
  /** What each is made from that is stale itself and stays so. */
  readonly sources: readonly (StaleSource | undefined)[];
}

/**
 * What this run does with each instance. Wanted are the asked ones in a state that the request selects, and what
 * those need and is not there: what nobody wants stays undone, so that a done instance never pulls its history.
 */
export function decide(assessing: Assessing, assessed: readonly Assessment[]): Decisions {
  const { instances } = assessing.scope;
  const work = {
    instances,
    assessed: [...assessed],
    actions: instances.map((): Action => 'none'),
    neededBy: instances.map((): ScopedInstance | undefined => undefined),
    wanted: new Uint8Array(instances.length),
    reachedBy: instances.map((): ScopedInstance | undefined => undefined),
    changed: new Uint8Array(instances.length),
    turning: false,
  };
  for (const instance of instances) {
    const known = assessed[instance.index];
    if (known === undefined || !instance.asked || !isSelected(assessing, known)) continue;
    work.wanted[instance.index] = 1;
    if (committedOutcome(assessing.knowledge, instance.id) !== 'skipped') continue;
    setJudged(work, instance, { ...known, mayTurn: true });
    work.turning = true;
  }
  // A comparison may end in a run and wants its needs, which may make more to compare.
  do {
    do pull(assessing, work);
    while (chooseUpstream(assessing, work));
  } while (compare(assessing, work));
  orderByWrappers(work);
  const shown = show(work);
  const sources = findStaleSources(assessing, work);
  if (assessing.scope.request.rebuild.stale) tellStaleSources(assessing, work, sources, shown);
  return { actions: work.actions, assessed: work.assessed, neededBy: work.neededBy, shown, sources };
}

/** From needers to what they need: every needer stands after its needs, so one pass backwards is enough. */
function pull(assessing: Assessing, work: Work): void {
  const { rebuild } = assessing.scope.request;
  const retries = rebuild.failed || rebuild.all;
  for (let index = work.instances.length - 1; index >= 0; index -= 1) {
    const instance = work.instances[index];
    const known = work.assessed[index];
    if (instance === undefined || known === undefined || work.wanted[index] === 0) continue;
    if (instance.table.foreign) continue;
    if (work.actions[index] !== 'compare') work.actions[index] = actionOf(known);
    if (!known.pulls && work.actions[index] !== 'compare') continue;
    for (const { members } of instance.bindings) {
      for (const member of members) {
        if (member.table.foreign || work.wanted[member.index] === 1) continue;
        if (!isPulled(work.assessed[member.index], retries)) continue;
        work.wanted[member.index] = 1;
        if (!member.asked) work.neededBy[member.index] = instance;
      }
    }
  }
}

function actionOf(known: Assessment): Action {
  if (known.state === 'unpublished') return 'publish';
  if (known.state === 'unknown') return known.runnable ? 'expand' : 'none';
  return known.runnable ? 'run' : 'none';
}

/** What a needer makes run: what has no result, and of failed ones those that may be tried again. */
function isPulled(known: Assessment | undefined, retries: boolean): boolean {
  if (known?.resting === true) return false;
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

/**
 * A committed one whose needs may change is decided when its turn comes, be it a result or a skip; and what is only
 * behind a skip that may turn is assessed by what it may turn into. True if there are new ones.
 */
function compare(assessing: Assessing, work: Work): boolean {
  const { rebuild, downstream } = assessing.scope.request;
  if (!rebuild.stale && !downstream && !work.turning) return false;
  let found = false;
  for (const instance of work.instances) {
    if (judgeAgain(assessing, work, instance)) found = true;
    const known = work.assessed[instance.index];
    if (known === undefined) continue;
    if (isTriedAgain(assessing, work, instance, known)) {
      work.wanted[instance.index] = 1;
      found = true;
    }
    if (!(rebuild.stale || downstream) || !isComparable(assessing, work, instance, known)) continue;
    // What needs a wrapper reads nothing of it.
    const changing = changingNeeds(work, instance, (member) => member.table.task.kind !== 'wrapper');
    // By a run before this one, which was stopped or failed before its turn came.
    const changed =
      changing.length > 0 || !instance.downstream ? [] : changedInputs(assessing, instance, work.assessed);
    if (changing.length === 0 && changed.length === 0) continue;
    const stale = staleBy(changing.length > 0 ? ifChanges(changing) : sentence(changed));
    setJudged(work, instance, { ...stale, ...(known.state === 'skipped' && { mayTurn: true }) });
    work.actions[instance.index] = 'compare';
    work.wanted[instance.index] = 1;
    if (!instance.asked && !instance.downstream)
      work.neededBy[instance.index] ??= work.reachedBy[instance.index];
    found = true;
  }
  return found;
}

/** True if it is wanted now. */
function judgeAgain(assessing: Assessing, work: Work, instance: ScopedInstance): boolean {
  const { index, bindings } = instance;
  const known = work.assessed[index];
  if (known === undefined || !isDerived(known.state)) return false;
  if (!bindings.some(({ members }) => members.some((member) => work.changed[member.index] === 1)))
    return false;
  const now = judge(assessing, instance, work.assessed);
  if (isDerived(now.state)) return false;
  const changing = changingNeeds(work, instance, () => true);
  const isPlain = now.reason === now.state && changing.length > 0;
  setJudged(work, instance, isPlain ? { ...now, reason: ifChanges(changing) } : now);
  if (!isLookedAt(assessing, work, instance) || !isSelected(assessing, now)) return false;
  work.wanted[index] = 1;
  return true;
}

/** Downstream, it has failed on what changes now. */
function isTriedAgain(
  assessing: Assessing,
  work: Work,
  instance: ScopedInstance,
  known: Assessment,
): boolean {
  if (!instance.downstream || known.state !== 'failed' || work.wanted[instance.index] === 1) return false;
  return isSelected(assessing, known) && changingNeeds(work, instance, () => true).length > 0;
}

/** Asked for, or to be rebuilt with what was. */
function isLookedAt(assessing: Assessing, work: Work, instance: ScopedInstance): boolean {
  return instance.asked || instance.downstream || isRebuiltNow(assessing, work, instance);
}

function isComparable(
  assessing: Assessing,
  work: Work,
  instance: ScopedInstance,
  { state }: Assessment,
): boolean {
  if (instance.table.task.kind === 'wrapper' || !isLookedAt(assessing, work, instance)) return false;
  // A person decided it or brought it, and read nothing for that.
  if (assessing.knowledge.contents.get(instance.id)?.by !== undefined) return false;
  const outcome = committedOutcome(assessing.knowledge, instance.id);
  switch (state) {
    case 'done':
    case 'unpublished':
      return true;
    case 'skipped':
      return outcome !== undefined;
    case 'stale':
    case 'failed':
      // Not wanted for that alone, where it is only downstream.
      return instance.downstream && outcome !== undefined && work.wanted[instance.index] === 0;
    default:
      return false;
  }
}

/** A wrapper whose needs are made anew is done when they are: what needs it must not overtake them. */
function orderByWrappers(work: Work): void {
  for (const instance of work.instances) {
    const { index, table } = instance;
    if (table.task.kind !== 'wrapper' || table.foreign || work.assessed[index]?.state !== 'done') continue;
    const changing = changingNeeds(work, instance, () => true);
    if (changing.length === 0) continue;
    setJudged(work, instance, staleBy(ifChanges(changing)));
    work.actions[index] = 'run';
  }
}

function staleBy(reason: string): Assessment {
  return { state: 'stale', reason, runnable: true, pulls: true };
}

function ifChanges(changing: readonly string[]): string {
  return `if ${sentence(changing)} ${changing.length === 1 ? 'changes' : 'change'}`;
}

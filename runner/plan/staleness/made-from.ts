import { changingMembers, isDerived, type Work } from '../states/work.ts';
import type { Assessing } from '../states/assessment.ts';
import { committedOutcome } from '../states/committed.ts';
import { allDifferences } from './current.ts';
import { memberName, sentence } from '../states/reasons.ts';
import type { Binding, ScopedInstance } from '../scope/tables.ts';
import { isRebuiltNow } from '../states/upstream.ts';

/** What stands above a result, is stale itself, and is not made anew by this run. */
export interface StaleSource {
  readonly instance: ScopedInstance;
  /** In words. */
  readonly reason: string;
}

/**
 * By index, what each instance is made from that is stale itself and stays so; its own self where it is that. What is
 * not there and not made now is made from nothing. Known as far as manifests were read.
 */
export function findStaleSources(assessing: Assessing, work: Work): readonly (StaleSource | undefined)[] {
  const sources = work.instances.map((): StaleSource | undefined => undefined);
  if (assessing.knowledge.contents.size === 0) return sources;
  for (const instance of work.instances) {
    const reason = ownReason(assessing, work, instance);
    sources[instance.index] =
      reason === undefined ? inherited(assessing, work, instance, sources) : { instance, reason };
  }
  return sources;
}

/** Of one that this run leaves as it is. */
function ownReason(assessing: Assessing, work: Work, instance: ScopedInstance): string | undefined {
  const { knowledge, scope } = assessing;
  const { index, id, asked, table } = instance;
  const known = work.assessed[index];
  if (known === undefined || work.actions[index] !== 'none' || table.task.kind !== 'container')
    return undefined;
  const manifest = knowledge.contents.get(id);
  if (manifest === undefined || committedOutcome(knowledge, id) === undefined) return undefined;
  // What is asked for is told by itself.
  if (asked && !scope.request.rebuild.stale) return undefined;
  if (isRebuiltNow(assessing, work, instance)) {
    // It would be made anew, and cannot be: not any more, or not yet.
    const { state, reason } = known;
    return state === 'stale' || state === 'waiting' || state === 'blocked' ? reason : undefined;
  }
  const changed = allDifferences(assessing, instance, work.assessed, manifest);
  if (changed.length > 0) return sentence(changed);
  if (!scope.request.rebuild.stale) return undefined;
  const changing = new Set(changingMembers(work, instance, isRead).map((member) => member.table.task.name));
  return changing.size === 0
    ? undefined
    : `if ${sentence([...changing])} ${changing.size === 1 ? 'changes' : 'change'}`;
}

function inherited(
  { knowledge }: Assessing,
  work: Work,
  instance: ScopedInstance,
  sources: readonly (StaleSource | undefined)[],
): StaleSource | undefined {
  const { index, id, table, bindings } = instance;
  const state = work.assessed[index]?.state;
  const isMade = work.actions[index] === 'run' || work.actions[index] === 'compare';
  const isWrapper = table.task.kind === 'wrapper';
  // What is skipped for a need that is skipped is not stored, and would turn with it.
  const isThere = committedOutcome(knowledge, id) !== undefined || (state !== undefined && isDerived(state));
  if (!isMade && !isWrapper && !isThere) return undefined;
  for (const { members } of bindings) {
    for (const member of members) {
      const source = sources[member.index];
      if (source !== undefined && (isWrapper || isRead(member))) return source;
    }
  }
  return undefined;
}

/** What needs a wrapper reads nothing of it. */
function isRead(member: ScopedInstance): boolean {
  return member.table.task.kind !== 'wrapper';
}

/** Calls stale what is made from a stale source, and shows the way from what was asked for to there. */
export function tellStaleSources(
  { knowledge }: Assessing,
  work: Work,
  sources: readonly (StaleSource | undefined)[],
  shown: Uint8Array,
): void {
  for (let index = work.instances.length - 1; index >= 0; index -= 1) {
    const instance = work.instances[index];
    const known = work.assessed[index];
    const source = sources[index];
    if (instance === undefined || known === undefined || source === undefined || shown[index] === 0) continue;
    const isStored = committedOutcome(knowledge, instance.id) !== undefined;
    const isLeft = work.actions[index] === 'none' && (known.state === 'done' || known.state === 'skipped');
    if (isLeft && isStored) {
      const reason = source.instance === instance ? source.reason : madeFrom(instance, source);
      work.assessed[index] = { state: 'stale', reason, runnable: false, pulls: false };
    }
    for (const { members } of instance.bindings) showSources(work, instance, members, sources, shown);
  }
}

function showSources(
  work: Work,
  needer: ScopedInstance,
  members: Binding['members'],
  sources: readonly (StaleSource | undefined)[],
  shown: Uint8Array,
): void {
  for (const member of members) {
    if (sources[member.index] === undefined || member.table.foreign || !isRead(member)) continue;
    if (shown[member.index] === 1) continue;
    shown[member.index] = 1;
    if (!member.asked) work.neededBy[member.index] ??= needer;
  }
}

/** `made from prices/date=2021-01-28, which is stale itself (script changed)` */
export function madeFrom(needer: ScopedInstance, { instance, reason }: StaleSource): string {
  return `made from ${memberName(needer, instance)}, which is stale itself (${reason})`;
}

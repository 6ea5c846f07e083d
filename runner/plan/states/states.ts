import { describeMoment } from '../../calendar/moment.ts';
import { byHandWords } from '../../model/hand.ts';
import type { InstanceId } from '../../model/partition.ts';
import { OBJECTS_GONE, type ByHand, type Manifest } from '../../model/records.ts';
import { startOfRun } from '../../model/run-id.ts';
import type { State } from '../../model/state.ts';
import { dueMs, hasOwnDue, momentOf } from '../scope/due.ts';
import type { Verdict } from './judge.ts';
import type { Assessment, Assessing } from './assessment.ts';
import { committedOutcome } from './committed.ts';
import { ownDifferences } from '../staleness/current.ts';
import { sourcesOf } from '../scope/legs.ts';
import { lastTry } from './last-try.ts';
import { lackedBy } from '../staleness/lacked-by.ts';
import type { ScopedInstance } from '../scope/tables.ts';
import { isRebuilt } from './upstream.ts';
import { awaitedUntil, verdictOf } from './verdict.ts';
import { causeOf, derivedReason, findMember, memberName, sentence } from './reasons.ts';

const DONE: Assessment = { state: 'done', reason: 'done', runnable: false, pulls: false };

/** One state and reason each, in the scope's order: every one is assessed after all it needs. */
export function judgeAll(assessing: Assessing): readonly Assessment[] {
  const assessed: Assessment[] = [];
  for (const instance of assessing.scope.instances) assessed.push(judge(assessing, instance, assessed));
  return assessed;
}

/** By what is assessed of its needs. */
export function judge(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): Assessment {
  if (instance.table.task.kind === 'wrapper') return judgeWrapper(assessing, instance, assessed);
  return committedOutcome(assessing.knowledge, instance.id) === undefined
    ? judgeAbsent(assessing, instance, assessed)
    : judgeCommitted(assessing, instance, assessed);
}

function judgeCommitted(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): Assessment {
  const { scope, nowMs } = assessing;
  const { table } = instance;
  const base = standing(assessing, instance);
  if (!isRebuilt(assessing, instance)) return base;
  const { rebuild } = scope.request;
  const all = rebuild.all && instance.asked;
  const again = whyAgain(assessing, instance, assessed);
  if (again === undefined) return all ? keptByHand(assessing, instance, base) : base;
  const isStale = again.state === 'stale' || again.stale === true;
  const isDue =
    all ||
    (rebuild.stale && isStale) ||
    (rebuild.failed && again.state === 'failed') ||
    (rebuild.missing && again.state === 'waiting');
  // Copying is for what need not be made anew.
  if (base.state === 'unpublished' && !isDue) return base;
  const until = momentOf(table, 'until', instance.position);
  if (until !== undefined && until <= nowMs) {
    return again.state === 'stale' && !all && base.state !== 'unpublished'
      ? fixed(
          'stale',
          `${again.reason}; what it reads shows no more since ${moment(assessing, instance, until)}`,
        )
      : {
          ...base,
          reason: `not remade: what it reads could be had until ${moment(assessing, instance, until)}`,
        };
  }
  const verdict = verdictOf(assessing, instance, assessed);
  if (verdict.kind === 'ready' || verdict.kind === 'coming') {
    const lacked = lackedBy(assessing, instance, assessed);
    if (lacked !== undefined) return { ...lacked, reason: `${again.reason}; ${lacked.reason}` };
    const stated = rebuild.stale || all || again.state !== 'stale';
    const reason = stated ? again.reason : `${again.reason}; --rebuild stale runs it`;
    return { ...again, reason, runnable: true, pulls: true };
  }
  const held = heldBack(assessing, instance, verdict, assessed);
  return { ...held, reason: `${again.reason}; ${held.reason}` };
}

/** What is committed, whatever else is to be said of it. */
function standing({ knowledge }: Assessing, { id }: ScopedInstance): Assessment {
  const exception = knowledge.exceptions.get(id);
  if (exception !== undefined) return fixed('skipped', exception.reason ?? 'skipped');
  return knowledge.publications.has(id)
    ? fixed('unpublished', 'committed, but not all of it is published')
    : DONE;
}

/** Of what is committed. */
type Again = 'failed' | 'waiting' | 'stale';

/** Why it is to be made anew, or would be if that were asked for. A recorded skip is a result like any other. */
function whyAgain(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): (Pick<Assessment, 'reason' | 'stale' | 'resting'> & { readonly state: Again }) | undefined {
  const { knowledge, scope } = assessing;
  const { all, since } = scope.request.rebuild;
  const changed = scope.contents ? ownDifferences(assessing, instance, assessed) : [];
  const tried = lastTry(assessing, instance, assessed);
  if (tried !== undefined && tried.over !== null) {
    const before = knowledge.exceptions.has(instance.id) ? 'skip' : 'result';
    const reason = `rebuilding it: ${tried.reason}; the earlier ${before} stands`;
    const { state, resting } = tried;
    return {
      state,
      reason,
      ...(changed.length > 0 && { stale: true }),
      ...(resting === true && { resting }),
    };
  }
  if (
    all &&
    instance.asked &&
    byHand(assessing, instance.id) === undefined &&
    !isMadeSince(knowledge.contents.get(instance.id), since)
  )
    return { state: 'stale', reason: 'to be rebuilt, as asked' };
  return changed.length === 0 ? undefined : { state: 'stale', reason: sentence(changed) };
}

/** Of a result or a skip that a person brought or decided. */
function byHand({ knowledge }: Assessing, id: InstanceId): ByHand | undefined {
  return (knowledge.exceptions.get(id) ?? knowledge.contents.get(id))?.by;
}

/** Under `all` too: no script can make it again. */
function keptByHand(assessing: Assessing, { id }: ScopedInstance, base: Assessment): Assessment {
  const by = byHand(assessing, id);
  return by === undefined
    ? base
    : { ...base, reason: `${byHandWords(by)}; it stays until it is cleared: sluice clear ${id}` };
}

/** By a run that began in that second or later. */
function isMadeSince(manifest: Manifest | undefined, since: string | undefined): boolean {
  if (manifest === undefined || since === undefined) return false;
  return startOfRun(manifest.run) >= startOfRun(since);
}

function judgeAbsent(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): Assessment {
  const { knowledge, nowMs, scope } = assessing;
  const { id, table, position } = instance;
  const verdict = verdictOf(assessing, instance, assessed);
  if (verdict.kind === 'derived') return heldBack(assessing, instance, verdict, assessed);
  const until = momentOf(table, 'until', position);
  const isOver = until !== undefined && until <= nowMs;
  const claim = knowledge.claims.get(id);
  if (claim !== undefined) {
    // A run waits for it and takes its result, or makes it itself if that fails while it still can be had.
    const where = claim.host === undefined ? '' : ` on ${claim.host}`;
    return { state: 'running', reason: `in run ${claim.run}${where}`, runnable: !isOver, pulls: false };
  }
  if (isOver) {
    return fixed('lost', `it could be had until ${moment(assessing, instance, until)}`);
  }
  if (hasOwnDue(table)) {
    const due = dueMs(scope.tables, table, position);
    if (due > nowMs) {
      const reason = `due ${moment(assessing, instance, due)}`;
      return {
        state: 'waiting',
        reason,
        cause: `${table.task.name}, ${reason}`,
        runnable: false,
        pulls: false,
      };
    }
  }
  if (instance.variant.placeholder) return judgePlaceholder(assessing, instance, assessed);
  if (verdict.kind === 'waiting' || verdict.kind === 'blocked') {
    return heldBack(assessing, instance, verdict, assessed);
  }
  const lacked = lackedBy(assessing, instance, assessed);
  if (lacked !== undefined) return lacked;
  const tried = lastTry(assessing, instance, assessed);
  if (tried !== undefined) {
    const { over: _over, ...known } = tried;
    const cause = tried.state === 'waiting' ? { cause: `${table.task.name}, ${tried.reason}` } : {};
    const isTried = tried.resting !== true;
    return { ...known, ...cause, runnable: isTried, pulls: isTried };
  }
  const reason = absenceReason(knowledge.exceptions.get(id));
  return { state: 'missing', reason, runnable: true, pulls: true };
}

function absenceReason(exception: Manifest | undefined): string {
  if (exception?.outcome !== 'void') return 'missing';
  if (exception.reason === OBJECTS_GONE) return OBJECTS_GONE;
  if (exception.by !== undefined) return byHandWords(exception.by);
  return `cleared: ${exception.reason ?? 'its result was removed'}`;
}

/** Done when its needs are; nothing of it is ever stored. */
function judgeWrapper(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): Assessment {
  const verdict = verdictOf(assessing, instance, assessed);
  switch (verdict.kind) {
    case 'ready':
      return DONE;
    case 'coming':
      return { state: 'missing', reason: 'done when its needs are', runnable: true, pulls: true };
    case 'derived':
    case 'waiting':
    case 'blocked':
      return heldBack(assessing, instance, verdict, assessed);
  }
}

function heldBack(
  assessing: Assessing,
  instance: ScopedInstance,
  verdict: Extract<Verdict, { kind: 'derived' | 'waiting' | 'blocked' }>,
  assessed: readonly Assessment[],
): Assessment {
  if (verdict.kind === 'derived') {
    const reason = derivedReason(instance, verdict, assessed);
    return { ...fixed(verdict.state, reason), cause: reason };
  }
  const cause = `${causeOf(instance, verdict, assessed)}${awaitedWords(assessing, instance, verdict)}`;
  return verdict.kind === 'waiting'
    ? { state: 'waiting', reason: `waiting on ${cause}`, cause, runnable: false, pulls: true }
    : { state: 'blocked', reason: `by ${cause}`, cause, runnable: false, pulls: false };
}

function awaitedWords(
  assessing: Assessing,
  instance: ScopedInstance,
  verdict: Extract<Verdict, { kind: 'waiting' | 'blocked' }>,
): string {
  if (!verdict.need.optional) return '';
  const member = findMember(instance, verdict);
  const until = member === undefined ? undefined : awaitedUntil(assessing, member);
  return until === undefined ? '' : `, optional, awaited until ${moment(assessing, instance, until)}`;
}

/** By what lists its legs alone: whatever else it needs is waited for by the legs themselves. */
function judgePlaceholder(
  { scope }: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): Assessment {
  const legs = scope.tables.legsAt(instance);
  const read = sourcesOf(instance.table.task);
  const sources = instance.bindings
    .filter(({ need }) => read.has(need.name))
    .flatMap(({ members }) => members);
  const names = sources.map((source) => memberName(instance, source)).join(' and ');
  if (legs.kind === 'broken') {
    const cause = `${names}: ${legs.message}`;
    return { state: 'blocked', reason: `by ${cause}`, cause, runnable: false, pulls: false };
  }
  const reason = `known when ${names || 'its source'} is done`;
  const states = sources.map((source) => assessed[source.index]);
  return {
    state: 'unknown',
    reason,
    cause: `${memberName(instance, instance)}, ${reason}`,
    runnable: states.every((known) => known !== undefined && (known.runnable || isThere(known.state))),
    pulls: true,
  };
}

function isThere(state: State): boolean {
  return state === 'done' || state === 'stale' || state === 'unpublished';
}

function moment(assessing: Assessing, instance: ScopedInstance, atMs: number): string {
  return describeMoment(atMs, assessing.nowMs, timezoneOf(instance));
}

function timezoneOf({ table: { pipeline, task } }: ScopedInstance): string {
  return task.due?.timezone ?? pipeline.timezone;
}

function fixed(state: State, reason: string): Assessment {
  return { state, reason, runnable: false, pulls: false };
}

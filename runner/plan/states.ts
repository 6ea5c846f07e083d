import { describeMoment } from '../calendar/moment.ts';
import { OBJECTS_GONE, type Manifest } from '../model/records.ts';
import { startOfRun } from '../model/run-id.ts';
import type { State } from '../model/state.ts';
import { dueMs, hasOwnDue, momentOf } from './due.ts';
import type { Verdict } from './judge.ts';
import type { Judged, Judging } from './judged.ts';
import { committedOutcome } from './committed.ts';
import { ownDifferences } from './current.ts';
import { lackedBy } from './lacked-by.ts';
import type { ScopedInstance } from './tables.ts';
import { awaitedUntil, verdictOf } from './verdict.ts';
import { causeOf, derivedReason, findMember, memberName, sentence } from './reasons.ts';

const DONE: Judged = { state: 'done', reason: 'done', runnable: false, pulls: false };

/** One state and reason each, in the scope's order: every one is judged after all it needs. */
export function judgeAll(judging: Judging): readonly Judged[] {
  const judged: Judged[] = [];
  for (const instance of judging.scope.instances) judged.push(judge(judging, instance, judged));
  return judged;
}

/** By what is judged of its needs. */
export function judge(judging: Judging, instance: ScopedInstance, judged: readonly Judged[]): Judged {
  if (instance.table.task.kind === 'wrapper') return judgeWrapper(judging, instance, judged);
  return committedOutcome(judging.knowledge, instance.id) === undefined
    ? judgeAbsent(judging, instance, judged)
    : judgeCommitted(judging, instance, judged);
}

function judgeCommitted(judging: Judging, instance: ScopedInstance, judged: readonly Judged[]): Judged {
  const { scope, nowMs } = judging;
  const { table, asked } = instance;
  const base = standing(judging, instance);
  if (!asked) return base;
  const { rebuild } = scope.request;
  const again = whyAgain(judging, instance, judged);
  if (again === undefined) return base;
  const isStale = again.state === 'stale' || again.stale === true;
  const isDue = rebuild.all || (rebuild.stale && isStale) || (rebuild.failed && again.state === 'failed');
  // Copying is for what need not be made anew.
  if (base.state === 'unpublished' && !isDue) return base;
  const until = momentOf(table, 'until', instance.position);
  if (until !== undefined && until <= nowMs) {
    return again.state === 'stale' && !rebuild.all && base.state !== 'unpublished'
      ? fixed(
          'stale',
          `${again.reason}; what it reads shows no more since ${moment(judging, instance, until)}`,
        )
      : {
          ...base,
          reason: `not remade: what it reads could be had until ${moment(judging, instance, until)}`,
        };
  }
  const verdict = verdictOf(judging, instance, judged);
  if (verdict.kind === 'ready' || verdict.kind === 'coming') {
    const lacked = lackedBy(judging, instance, judged);
    if (lacked !== undefined) return { ...lacked, reason: `${again.reason}; ${lacked.reason}` };
    const stated = rebuild.stale || rebuild.all || again.state === 'failed';
    const reason = stated ? again.reason : `${again.reason}; --rebuild stale runs it`;
    return { ...again, reason, runnable: true, pulls: true };
  }
  const held = heldBack(judging, instance, verdict, judged);
  return { ...held, reason: `${again.reason}; ${held.reason}` };
}

/** What is committed, whatever else is to be said of it. */
function standing({ knowledge }: Judging, { id }: ScopedInstance): Judged {
  const exception = knowledge.exceptions.get(id);
  if (exception !== undefined) return fixed('skipped', exception.reason ?? 'skipped');
  return knowledge.publications.has(id)
    ? fixed('unpublished', 'committed, but not all of it is published')
    : DONE;
}

/** Why it is to be made anew, or would be if that were asked for. A recorded skip is a result like any other. */
function whyAgain(
  judging: Judging,
  instance: ScopedInstance,
  judged: readonly Judged[],
): { readonly state: 'failed' | 'stale'; readonly reason: string; readonly stale?: true } | undefined {
  const { knowledge, scope } = judging;
  const { all, since } = scope.request.rebuild;
  const changed = scope.contents ? ownDifferences(judging, instance, judged) : [];
  const failure = knowledge.failures.get(instance.id);
  if (failure !== undefined && failure.over !== null) {
    const before = knowledge.exceptions.has(instance.id) ? 'skip' : 'result';
    const reason = `rebuilding it: ${failureReason(failure)}; the earlier ${before} stands`;
    return { state: 'failed', reason, ...(changed.length > 0 && { stale: true }) };
  }
  if (all && !isMadeSince(knowledge.contents.get(instance.id), since))
    return { state: 'stale', reason: 'to be rebuilt, as asked' };
  return changed.length === 0 ? undefined : { state: 'stale', reason: sentence(changed) };
}

/** By a run that began in that second or later. */
function isMadeSince(manifest: Manifest | undefined, since: string | undefined): boolean {
  if (manifest === undefined || since === undefined) return false;
  return startOfRun(manifest.run) >= startOfRun(since);
}

function judgeAbsent(judging: Judging, instance: ScopedInstance, judged: readonly Judged[]): Judged {
  const { knowledge, nowMs, scope } = judging;
  const { id, table, position } = instance;
  const verdict = verdictOf(judging, instance, judged);
  if (verdict.kind === 'derived') return heldBack(judging, instance, verdict, judged);
  const until = momentOf(table, 'until', position);
  const isOver = until !== undefined && until <= nowMs;
  const claim = knowledge.claims.get(id);
  if (claim !== undefined) {
    // A run waits for it and takes its result, or makes it itself if that fails while it still can be had.
    const where = claim.host === undefined ? '' : ` on ${claim.host}`;
    return { state: 'running', reason: `in run ${claim.run}${where}`, runnable: !isOver, pulls: false };
  }
  if (isOver) {
    return fixed('lost', `it could be had until ${moment(judging, instance, until)}`);
  }
  if (hasOwnDue(table)) {
    const due = dueMs(scope.tables, table, position);
    if (due > nowMs) {
      const reason = `due ${moment(judging, instance, due)}`;
      return {
        state: 'waiting',
        reason,
        cause: `${table.task.name}, ${reason}`,
        runnable: false,
        pulls: false,
      };
    }
  }
  if (instance.variant.placeholder) return { ...placeholder(instance), runnable: false, pulls: true };
  if (verdict.kind === 'waiting' || verdict.kind === 'blocked') {
    return heldBack(judging, instance, verdict, judged);
  }
  const lacked = lackedBy(judging, instance, judged);
  if (lacked !== undefined) return lacked;
  const failure = knowledge.failures.get(id);
  if (failure !== undefined) {
    return { state: 'failed', reason: failureReason(failure), runnable: true, pulls: true };
  }
  const reason = absenceReason(knowledge.exceptions.get(id));
  return { state: 'missing', reason, runnable: true, pulls: true };
}

function absenceReason(exception: Manifest | undefined): string {
  if (exception?.outcome !== 'void') return 'missing';
  if (exception.reason === OBJECTS_GONE) return OBJECTS_GONE;
  return `cleared: ${exception.reason ?? 'its result was removed'}`;
}

/** Done when its needs are; nothing of it is ever stored. */
function judgeWrapper(judging: Judging, instance: ScopedInstance, judged: readonly Judged[]): Judged {
  const verdict = verdictOf(judging, instance, judged);
  switch (verdict.kind) {
    case 'ready':
      return DONE;
    case 'coming':
      return { state: 'missing', reason: 'done when its needs are', runnable: true, pulls: true };
    case 'derived':
    case 'waiting':
    case 'blocked':
      return heldBack(judging, instance, verdict, judged);
  }
}

function heldBack(
  judging: Judging,
  instance: ScopedInstance,
  verdict: Extract<Verdict, { kind: 'derived' | 'waiting' | 'blocked' }>,
  judged: readonly Judged[],
): Judged {
  if (verdict.kind === 'derived') {
    const reason = derivedReason(instance, verdict, judged);
    return { ...fixed(verdict.state, reason), cause: reason };
  }
  const cause = `${causeOf(instance, verdict, judged)}${awaitedWords(judging, instance, verdict)}`;
  return verdict.kind === 'waiting'
    ? { state: 'waiting', reason: `waiting on ${cause}`, cause, runnable: false, pulls: true }
    : { state: 'blocked', reason: `by ${cause}`, cause, runnable: false, pulls: false };
}

function awaitedWords(
  judging: Judging,
  instance: ScopedInstance,
  verdict: Extract<Verdict, { kind: 'waiting' | 'blocked' }>,
): string {
  if (!verdict.need.optional) return '';
  const member = findMember(instance, verdict);
  const until = member === undefined ? undefined : awaitedUntil(judging, member);
  return until === undefined ? '' : `, optional, awaited until ${moment(judging, instance, until)}`;
}

function placeholder(instance: ScopedInstance): Pick<Judged, 'state' | 'reason' | 'cause'> {
  const { matrix, name } = instance.table.task;
  const axes = matrix?.kind === 'dynamic' ? Object.values(matrix.axes).join(' ') : '';
  const sources = [...new Set([...axes.matchAll(/needs\.([\w-]+)/g)].map((match) => match[1]))];
  const reason = `known when ${sources.join(' and ') || 'its source'} is done`;
  return { state: 'unknown', reason, cause: `${memberName(instance, instance)}, ${reason || name}` };
}

function failureReason(failure: {
  readonly cause: { readonly message: string };
  readonly count: number;
}): string {
  return failure.count > 1 ? `${failure.cause.message} (${failure.count} times)` : failure.cause.message;
}

function moment(judging: Judging, instance: ScopedInstance, atMs: number): string {
  const { pipeline, task } = instance.table;
  return describeMoment(atMs, judging.nowMs, task.due?.timezone ?? pipeline.timezone);
}

function fixed(state: State, reason: string): Judged {
  return { state, reason, runnable: false, pulls: false };
}

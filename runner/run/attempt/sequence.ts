import type { StoredManifest } from '../../ledger/ledger.ts';
import type { Cause } from '../../model/cause.ts';
import type { External } from '../../model/pipeline.ts';
import type { Manifest } from '../../model/records.ts';
import { nameBeside } from '../progress/name-beside.ts';
import { claimInstance, releaseClaim } from './claim.ts';
import { commitResult, dropObjects, type Result } from './commit.ts';
import { compareResult } from './compare.ts';
import { executeJob } from './execute.ts';
import { fail, failureBy, type Progressed } from './fail.ts';
import { failureOf } from './failure.ts';
import { waitFor } from './wait.ts';
import { confirmGone } from './gone.ts';
import { lookAtManifest } from './look.ts';
import { publishResult } from './publish.ts';
import { NO_UPSTREAM, recipeFor } from './recipe.ts';
import { whatNoLegsCome } from './listed-legs.ts';
import { withSlots } from './slots.ts';
import { changedSource, lookAtSource } from './source.ts';
import { clearedMeanwhile, readUpstream } from './upstream.ts';
import type { AttemptFailure, AttemptOutcome, Execution, Work } from './work.ts';

/**
 * One try at one instance, from claim to commit. The only place that knows the order of the steps; it owns the
 * claim, and hands the signal to the one step that takes long. Never throws: what goes wrong is an outcome.
 */
export async function runAttempt(work: Work, signal: AbortSignal): Promise<AttemptOutcome> {
  const startedAt = new Date(work.environment.clock.now()).toISOString();
  const state: Progressed = { over: undefined, upstream: undefined, ran: undefined };
  try {
    if (work.waited && work.planned.action !== 'publish') {
      const look = await lookAtManifest(work);
      if (look.kind === 'taken') return taken(look.manifest);
    }
    return await withSlots(work, () => claimAndRun(work, signal, startedAt, state));
  } catch (error) {
    return fail(work, failureOf(work, error), startedAt, state);
  }
}

async function claimAndRun(
  work: Work,
  signal: AbortSignal,
  startedAt: string,
  state: Progressed,
): Promise<AttemptOutcome> {
  const claimed = await claimInstance(work);
  if (claimed.kind === 'held') return { kind: 'held', by: claimed.by };
  try {
    return await underClaim(work, signal, startedAt, state);
  } catch (error) {
    return await fail(work, failureOf(work, error), startedAt, state);
  } finally {
    await releaseClaim(work, claimed.claim);
  }
}

async function underClaim(
  work: Work,
  signal: AbortSignal,
  startedAt: string,
  state: Progressed,
): Promise<AttemptOutcome> {
  const { action } = work.planned;
  if (action === 'publish') return republish(work);

  const look = await lookAtManifest(work);
  if (look.kind === 'taken') return taken(look.manifest);
  const { over } = look;
  state.over = over;

  if (work.task.external !== undefined) return probe(work, work.task.external, signal, startedAt, state);
  const read = await readUpstream(work);
  if (read.kind === 'broken') return fail(work, failureBy(read.cause), startedAt, state);
  if (read.kind === 'absent') return fail(work, failureBy(clearedMeanwhile(read.member)), startedAt, state);
  if (read.kind === 'blocked') return read;
  const { upstream } = read;
  state.upstream = upstream;
  if (action === 'compare' && over !== undefined && over.manifest.outcome !== 'void') {
    if (compareResult(work, over.manifest, upstream).length === 0) return unchanged(work, over);
  }

  const recipe = recipeFor(work, upstream);
  if (recipe.kind === 'blocked') return recipe;
  if (recipe.kind === 'broken') return fail(work, failureBy(recipe.cause), startedAt, state);
  if (recipe.kind === 'skip') {
    const result: Result = { outcome: 'skipped', reason: recipe.reason, outputs: [], upstream, startedAt };
    return skip(work, signal, result, recipe.reason, state);
  }
  if (isStopped(work, signal)) return { kind: 'cancelled', reason: String(signal.reason) };

  const changed = await changedSource(work, upstream, signal);
  if (changed !== undefined) return fail(work, failureBy(changed), startedAt, state);
  const { result: job, ran, lastLines } = await executeJob(work, recipe.job, signal);
  state.ran = ran;
  const { cause, exitCode } = job;
  if (cause?.kind === 'cancelled') return { kind: 'cancelled', reason: String(signal.reason), ran };
  if (cause?.kind === 'input-gone' || cause?.kind === 'input-corrupt') {
    const meanwhile = await changedSource(work, upstream, signal);
    if (meanwhile !== undefined) return fail(work, failureBy(meanwhile), startedAt, state);
  }
  if (cause?.kind === 'input-gone') {
    const gone = await confirmGone(work, upstream);
    if (gone.kind === 'blocked') return gone;
    const message = `${cause.message}; what it reads was replaced while it was read: run again`;
    return fail(work, failureBy({ ...cause, message, transient: true }), startedAt, state);
  }
  if (cause?.kind === 'no-data') {
    const reason = 'exit status 66: there is no data for this partition';
    const result: Result = { outcome: 'skipped', reason, job, outputs: [], upstream, startedAt };
    return skip(work, signal, result, reason, state);
  }
  if (cause !== undefined) {
    const failure: AttemptFailure = {
      cause,
      lastLines,
      storeLost: false,
      ...(exitCode === undefined ? {} : { exitCode }),
    };
    if (cause.kind === 'not-ready') return waitFor(work, failure, ran, state);
    return fail(work, failure, startedAt, state);
  }
  const result: Result = { outcome: 'succeeded', job, outputs: recipe.outputs, upstream, startedAt };
  const refused = whatNoLegsCome(work, job.values);
  if (refused !== undefined) {
    await dropObjects(work, result);
    return fail(work, { ...failureBy(refused), lastLines }, startedAt, state);
  }
  return succeed(work, signal, result, ran, state);
}

/** Somebody else makes it: once it is ready that is recorded, and it is not asked again. */
async function probe(
  work: Work,
  declared: External,
  signal: AbortSignal,
  startedAt: string,
  state: Progressed,
): Promise<AttemptOutcome> {
  if (isStopped(work, signal)) return { kind: 'cancelled', reason: String(signal.reason) };
  const looked = await unlessStopped(lookAtSource(work, declared, signal), signal);
  if (looked === undefined) return { kind: 'cancelled', reason: String(signal.reason) };
  const { probed, ran } = looked;
  state.ran = ran;
  switch (probed.kind) {
    case 'ready': {
      const result = {
        outcome: 'succeeded',
        source: probed,
        outputs: [],
        upstream: NO_UPSTREAM,
        startedAt,
      } as const;
      return succeed(work, signal, result, ran, state);
    }
    case 'not-ready': {
      const cause: Cause = { kind: 'not-ready', message: probed.answer, transient: true };
      return waitFor(work, { ...failureBy(cause), lastLines: [probed.answer] }, ran, state);
    }
    case 'invalid':
      return fail(
        work,
        failureBy({ kind: 'start-failed', message: probed.message, transient: false }),
        startedAt,
        state,
      );
    case 'broken':
      return fail(work, failureBy(probed.cause), startedAt, state);
  }
}

/** Undefined: it was stopped meanwhile. */
async function unlessStopped<T>(looking: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Asks the heart too: it may not have had its turn since the process was stopped. */
function isStopped(work: Work, signal: AbortSignal): boolean {
  return !work.isAlive() || signal.aborted;
}

async function succeed(
  work: Work,
  signal: AbortSignal,
  result: Result,
  ran: Execution,
  state: Progressed,
): Promise<AttemptOutcome> {
  if (!work.isAlive()) {
    await dropObjects(work, result);
    return { kind: 'cancelled', reason: String(signal.reason), ran };
  }
  const committed = await commitResult(work, result, state.over);
  const publishes = result.outputs.some(({ publish }) => publish !== undefined) || hasPending(work);
  // The loser's pending record stands for the winner's publication by now: it is completed, not taken back.
  const published = publishes ? await publishResult(work) : undefined;
  if (committed.kind === 'lost') return lost(work, committed.winner, result.startedAt, state);
  await closeTries(work);
  if (published?.kind === 'gone') return published;
  if (published?.kind === 'unpublished') return { kind: 'unpublished', ran, cause: published.cause };
  return { kind: 'succeeded', ran, published: published?.paths ?? [] };
}

/** It has a result: what was tried before is history. */
async function closeTries({ planned, environment: { ledger } }: Work): Promise<void> {
  await Promise.all([ledger.closeFailure(planned.id), ledger.closeWait(planned.id, 'result')]);
}

/** A skip is kept for good: not while something optional that would change it may still come. */
async function skip(
  work: Work,
  signal: AbortSignal,
  result: Result,
  reason: string,
  state: Progressed,
): Promise<AttemptOutcome> {
  const ran = state.ran === undefined ? {} : { ran: state.ran };
  if (!work.isAlive()) return { kind: 'cancelled', reason: String(signal.reason), ...ran };
  const late = work.absent.find(
    ({ state: how }) => how !== 'skipped' && how !== 'lost' && how !== 'not-in-range',
  );
  if (late !== undefined) {
    return {
      kind: 'waiting',
      reason: `${reason}; ${nameBeside(work.planned.id, late.instance)}, which is optional, may still come`,
      ...ran,
    };
  }
  const committed = await commitResult(work, result, state.over);
  if (committed.kind === 'lost') return lost(work, committed.winner, result.startedAt, state);
  if (hasPending(work)) await publishResult(work);
  await closeTries(work);
  return { kind: 'skipped', reason, ...ran };
}

/** Of what was to be replaced: it goes, though nothing of it is published any more. */
function hasPending({ planned }: Work): boolean {
  return planned.unpublished === true;
}

async function lost(
  work: Work,
  winner: StoredManifest,
  startedAt: string,
  state: Progressed,
): Promise<AttemptOutcome> {
  const reason = fenceReason(winner.manifest, state.over?.manifest);
  if (reason === undefined) return taken(winner);
  const message = `${reason} while it ran: what it made is dropped`;
  state.over = winner;
  return fail(work, failureBy({ kind: 'claim-lost', message, transient: true }), startedAt, state);
}

/** Why nobody has won: it was cleared, or gc has refreshed the record of the very result that was to be replaced. */
function fenceReason(winner: Manifest, over: Manifest | undefined): string | undefined {
  if (winner.outcome === 'void') return winner.reason ?? 'It was cleared';
  return winner.attempt === over?.attempt ? 'Garbage was collected as if its run were dead' : undefined;
}

async function republish(work: Work): Promise<AttemptOutcome> {
  const published = await publishResult(work);
  if (published.kind === 'gone') return published;
  if (published.kind === 'unpublished') return { kind: 'unpublished', cause: published.cause };
  const found = await work.environment.ledger.readManifest(work.planned.id);
  return {
    kind: 'republished',
    attempt: found?.manifest.attempt ?? work.attempt,
    published: published.paths,
  };
}

/** What is recorded stands as it is: a result, or a skip; or a result that is still to be published. */
async function unchanged(work: Work, over: StoredManifest): Promise<AttemptOutcome> {
  if (over.manifest.outcome === 'skipped') return taken(over);
  return hasPending(work) ? republish(work) : { kind: 'unchanged', attempt: over.manifest.attempt };
}

function taken({ manifest }: StoredManifest): AttemptOutcome {
  return {
    kind: 'taken',
    state: manifest.outcome === 'skipped' ? 'skipped' : 'done',
    attempt: manifest.attempt,
    run: manifest.run,
    ...(manifest.reason === undefined ? {} : { reason: manifest.reason }),
  };
}

import type { RunStatus } from '../expressions.ts';
import { executeJob } from './execute.ts';
import { failureOf } from './failure.ts';
import { NO_UPSTREAM, recipeFor } from './recipe.ts';
import { withSlots } from './slots.ts';
import type { AttemptFailure, AttemptOutcome, Work } from './work.ts';

/** Where a hook finds the run so far. */
const RUN_FILE = '/sluice/run.json';

/** Runs a hook, if its `if` says so. It claims nothing and commits nothing: it belongs to this run alone. */
export async function runHook(
  work: Work,
  status: RunStatus,
  runJson: string,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  try {
    return await withSlots(work, () => run(work, status, runJson, signal));
  } catch (error) {
    return fail(work, failureOf(error));
  }
}

async function run(
  work: Work,
  status: RunStatus,
  runJson: string,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  const recipe = recipeFor(work, NO_UPSTREAM, {
    status,
    env: { SLUICE_RUN: RUN_FILE },
    files: [{ kind: 'text', text: runJson, to: RUN_FILE, executable: false }],
  });
  if (recipe.kind === 'broken') return fail(work, { cause: recipe.cause, lastLines: [], storeLost: false });
  if (recipe.kind !== 'job') return { kind: 'skipped', reason: recipe.reason };
  if (signal.aborted) return { kind: 'cancelled', reason: String(signal.reason) };
  const { result, ran, lastLines } = await executeJob(work, recipe.job, signal);
  const { cause, exitCode } = result;
  if (cause === undefined) return { kind: 'succeeded', ran, published: [] };
  if (cause.kind === 'cancelled') return { kind: 'cancelled', reason: String(signal.reason), ran };
  if (cause.kind === 'no-data') return { kind: 'skipped', reason: 'exit status 66', ran };
  return fail(work, {
    cause,
    lastLines,
    storeLost: false,
    ...(exitCode === undefined ? {} : { exitCode }),
  });
}

function fail(work: Work, failure: AttemptFailure): AttemptOutcome {
  const decision = work.decideRetry(failure);
  return decision.kind === 'retry'
    ? { kind: 'retry', failure, afterSeconds: decision.afterSeconds }
    : { kind: 'failed', failure };
}

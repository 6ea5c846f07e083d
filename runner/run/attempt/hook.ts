import type { RunStatus } from '../expressions.ts';
import { executeJob } from './execute.ts';
import { fail, failureBy, type Progressed } from './fail.ts';
import { failureOf } from './failure.ts';
import { NO_UPSTREAM, recipeFor, type HookExtras } from './recipe.ts';
import { withSlots } from './slots.ts';
import type { AttemptFailure, AttemptOutcome, Work } from './work.ts';

/** Where a hook finds the run so far. */
const RUN_FILE = '/sluice/run.json';

/** What a hook is given of the run that it follows. */
export function hookExtras(status: RunStatus, runJson: string): HookExtras {
  return {
    status,
    env: { SLUICE_RUN: RUN_FILE },
    files: [{ kind: 'text', text: runJson, to: RUN_FILE, executable: false }],
  };
}

/**
 * Runs a hook, if its `if` says so. It claims nothing and commits nothing: it belongs to this run alone. That it
 * failed is on record all the same, until it succeeds after another run.
 */
export async function runHook(
  work: Work,
  status: RunStatus,
  runJson: string,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  const startedAt = new Date(work.environment.clock.now()).toISOString();
  const state: Progressed = { over: undefined, upstream: undefined, ran: undefined };
  const failed = (failure: AttemptFailure) => fail(work, failure, startedAt, state);
  const run = async (): Promise<AttemptOutcome> => {
    const recipe = recipeFor(work, NO_UPSTREAM, hookExtras(status, runJson));
    if (recipe.kind === 'broken') return failed(failureBy(recipe.cause));
    if (recipe.kind !== 'job') return { kind: 'skipped', reason: recipe.reason };
    if (signal.aborted) return { kind: 'cancelled', reason: String(signal.reason) };
    const { result, ran, lastLines } = await executeJob(work, recipe.job, signal);
    state.ran = ran;
    const { cause, exitCode } = result;
    if (cause?.kind === 'cancelled') return { kind: 'cancelled', reason: String(signal.reason), ran };
    if (cause?.kind === 'no-data') return { kind: 'skipped', reason: 'exit status 66', ran };
    if (cause !== undefined)
      return failed({ ...failureBy(cause), lastLines, ...(exitCode === undefined ? {} : { exitCode }) });
    await work.environment.ledger.forgetFailure(work.planned.id);
    return { kind: 'succeeded', ran, published: [] };
  };
  try {
    return await withSlots(work, run);
  } catch (error) {
    return failed(failureOf(work, error));
  }
}

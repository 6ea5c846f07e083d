import type { RunStatus } from '../expressions.ts';
import { decideCondition } from './condition.ts';
import { contextsFor, evaluateTask } from './evaluate.ts';
import { executeJob } from './execute.ts';
import { failureOf } from './failure.ts';
import { buildJob } from './job.ts';
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
  const contexts = contextsFor(work, {});
  if (contexts.kind === 'broken')
    return fail(work, { cause: contexts.cause, lastLines: [], storeLost: false });
  const condition = decideCondition(work, { ...contexts.contexts, status });
  if (condition.kind === 'broken')
    return fail(work, { cause: condition.cause, lastLines: [], storeLost: false });
  if (condition.kind === 'false') return { kind: 'skipped', reason: condition.reason };
  const evaluation = evaluateTask(work, contexts.contexts);
  if (evaluation.kind === 'broken')
    return fail(work, { cause: evaluation.cause, lastLines: [], storeLost: false });
  const built = buildJob(
    work,
    evaluation.evaluated,
    { inputs: [], emptyFolders: [] },
    {
      env: { SLUICE_RUN: RUN_FILE },
      files: [{ kind: 'text', text: runJson, to: RUN_FILE, executable: false }],
    },
  );
  if (built.kind === 'broken') return fail(work, { cause: built.cause, lastLines: [], storeLost: false });
  if (signal.aborted) return { kind: 'cancelled', reason: String(signal.reason) };
  const { result, ran, lastLines } = await executeJob(work, built.job, signal);
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

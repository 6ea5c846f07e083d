import { randomUUID } from 'node:crypto';
import type { Ledger } from '../ledger/ledger.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { mayMake, type Plan } from '../model/plan.ts';
import { STORE_SCHEMA, type ProcessIdentity, type RunRecord } from '../model/records.ts';
import type { Report } from '../model/report.ts';
import { own } from '../model/own.ts';

/** Written before anything is claimed: whoever meets a claim of this run can tell whether it lives. */
export async function recordStart(
  ledger: Ledger,
  run: { readonly run: string; readonly process: ProcessIdentity; readonly startedAt: string },
  plan: Plan,
): Promise<RunRecord> {
  const record: RunRecord = {
    schema: STORE_SCHEMA,
    run: run.run,
    pipeline: plan.pipeline,
    request: plan.request,
    process: run.process,
    startedAt: run.startedAt,
    nonce: randomUUID(),
  };
  await ledger.startRun(record);
  return record;
}

/** The key names under which this run commits: a later edit that changes them is noticed by these. */
export async function recordKeyNames(
  ledger: Ledger,
  plan: Plan,
  pipelines: ReadonlyMap<string, Pipeline>,
): Promise<void> {
  const working = new Map<string, { readonly pipeline: string; readonly task: string }>();
  for (const { pipeline, task, action } of plan.instances) {
    if (mayMake(action)) working.set(`${pipeline}/${task}`, { pipeline, task });
  }
  await Promise.all(
    [...working.values()].map(async ({ pipeline, task: name }) => {
      const task = own(pipelines.get(pipeline)?.tasks, name);
      if (task === undefined || task.kind === 'wrapper' || task.kind === 'hook') return;
      await ledger.recordTaskKeys(pipeline, name, task.keys);
    }),
  );
}

/** From here on the run's claims are free. */
export async function recordEnd(ledger: Ledger, started: RunRecord, report: Report): Promise<void> {
  await ledger.updateRun({
    ...started,
    finishedAt: report.finishedAt,
    outcome: report.outcome,
    counts: report.counts,
    // What was there before and was not touched is in the counts; a record must not grow with history.
    instances: report.instances
      .filter(({ state, attempt }) => state !== 'done' || attempt !== undefined)
      .map(({ id, state, attempt, reason, seconds, exitCode, earlier }) => ({
        id,
        state,
        reason,
        ...(attempt === undefined ? {} : { attempt }),
        ...(seconds === undefined ? {} : { seconds }),
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(earlier === undefined ? {} : { earlier }),
      })),
    nonce: randomUUID(),
  });
}

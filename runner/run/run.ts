import { StoreError } from '../errors.ts';
import type { Plan, PlannedInstance } from '../model/plan.ts';
import type { Report, ReportInstance } from '../model/report.ts';
import { tellDeadlines } from './deadlines.ts';
import { endingAfter, type Ending } from './ending.ts';
import { createEvents } from './events.ts';
import { startHeart } from './heart.ts';
import { leftStaleBy } from './left-stale.ts';
import { driveRun } from './loop.ts';
import { createMasker } from './log/mask.ts';
import { recordEnd, recordKeyNames, recordStart } from './record.ts';
import { makeReport } from './report.ts';
import { createResults } from './results.ts';
import type { RunEnvironment } from './run-environment.ts';
import { own } from '../model/own.ts';

/**
 * Does what a plan says and tells what came of it. Throws a `StoreError` only when the run could not be recorded at
 * its start, with nothing run; everything later is part of the report.
 */
export async function runPlan(plan: Plan, environment: RunEnvironment): Promise<Report> {
  const { clock, ledger, run, process, pipelines } = environment;
  const emit = createEvents(environment.reporters);
  const masker = createMasker(environment.secrets);
  const startedAt = isoTime(clock.now());
  const record = await recordStart(ledger, { run, process, startedAt }, plan);
  const heart = await startHeart(environment, (message) => emit({ type: 'warning', message }));
  try {
    await recordKeyNames(ledger, plan, pipelines);
    emit({ type: 'run-started', run, at: startedAt, plan });
    for (const message of masker.warnings) emit({ type: 'warning', message });

    const results = createResults(plan, ({ pipeline, task }) => own(pipelines.get(pipeline)?.tasks, task));
    const reportOf = (ending: Ending): Report =>
      makeReport({
        run,
        pipeline: plan.pipeline,
        startedAt,
        finishedAt: isoTime(clock.now()),
        instances: results.all(),
        raising: results.raising,
        asked: results.asked(),
        ending,
        published: results.published,
      });

    const ending = await driveRun({ plan, environment, emit, masker, results, heart, reportOf });
    let report = reportOf(ending);
    if (ending.kind === 'complete') {
      const standOf = deadlineStands(report.instances);
      await tellDeadlines(results.plan, standOf, environment.nowMs?.() ?? clock.now(), { ledger, emit });
    }
    const stale =
      ending.kind === 'complete' ? await leftStaleBy(results.plan, report.instances, ledger) : plan.stale;
    const told = stale === undefined ? {} : { stale };
    report = { ...report, ...told };
    // Before the end is recorded: a dead run without one is what makes the next look for containers that are left.
    await environment.engine.close();
    try {
      await recordEnd(ledger, record, report);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      emit({ type: 'warning', message: `The end of the run could not be recorded: ${error.message}` });
      report = { ...reportOf(endingAfter(ending, 'halted')), ...told };
    }
    emit({ type: 'run-finished', at: report.finishedAt, report });
    return report;
  } finally {
    await heart.stop();
  }
}

/** `continue-on-error` raises no alert. */
function deadlineStands(
  instances: readonly ReportInstance[],
): (planned: PlannedInstance) => ReportInstance | undefined {
  const byId = new Map(instances.map((instance) => [instance.id, instance]));
  return ({ id }) => {
    const instance = byId.get(id);
    return instance?.continueOnError === true ? undefined : instance;
  };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

import type { Problem } from '../model/problem.ts';
import type { ReportInstance, TickReport } from '../model/report.ts';
import type { Outcome, ReportState } from '../model/state.ts';
import { problemDocument, reportInstance, SCHEMA } from './json.ts';

/**
 * What `sluice tick --json` prints: a run's document over all that it was about. `run` is the one run that there was,
 * or null; `runs` says which pipeline's each was.
 */
export function tickDocument(
  reports: readonly TickReport[],
  problems: readonly Problem[],
  dryRun: boolean,
): object {
  const runs = reports.flatMap(({ run, pipeline, outcome, counts }) =>
    run === undefined ? [] : [{ run, pipeline, outcome, counts }],
  );
  const [only] = runs.length === 1 ? runs : [];
  return {
    schema: SCHEMA,
    run: only?.run ?? null,
    ...(dryRun ? { dryRun: true } : { outcome: worstOutcome(reports, problems) }),
    counts: summed(reports),
    pipelines: [...new Set(reports.map(({ pipeline }) => pipeline))],
    ...(runs.length > 0 ? { runs } : {}),
    instances: {
      *[Symbol.iterator]() {
        for (const { instances } of reports) for (const one of instances) yield documentOf(one, dryRun);
      },
    },
    ...(problems.length > 0 ? { problems: problems.map(problemDocument) } : {}),
  };
}

function documentOf(instance: ReportInstance, dryRun: boolean): object {
  if (!dryRun) return reportInstance(instance);
  return { id: instance.id, state: instance.state, reason: instance.reason };
}

const WORST: readonly Outcome[] = ['cancelled', 'failed', 'incomplete'];

function worstOutcome(reports: readonly TickReport[], problems: readonly Problem[]): Outcome {
  const all = new Set(reports.map(({ outcome }) => outcome));
  if (problems.some(({ severity }) => severity === 'error')) all.add('failed');
  return WORST.find((outcome) => all.has(outcome)) ?? 'succeeded';
}

function summed(reports: readonly TickReport[]): Partial<Record<ReportState, number>> {
  const counts: Partial<Record<ReportState, number>> = {};
  for (const report of reports) {
    for (const { state } of report.instances) counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

import type { Report, ReportInstance } from '../model/report.ts';

type RunSoFar = Pick<Report, 'run' | 'outcome' | 'counts'> & {
  readonly instances: readonly Pick<
    ReportInstance,
    'id' | 'state' | 'attempt' | 'reason' | 'seconds' | 'exitCode'
  >[];
};

/** The run so far as a hook reads it: the members that `run --json` prints. */
export function runJson(report: RunSoFar): string {
  const { run, outcome, counts } = report;
  const instances = report.instances.map(({ id, state, attempt, reason, seconds, exitCode }) => ({
    id,
    state,
    attempt,
    reason,
    seconds,
    exitCode,
  }));
  return `${JSON.stringify({ schema: 1, run, outcome, counts, instances }, null, 2)}\n`;
}

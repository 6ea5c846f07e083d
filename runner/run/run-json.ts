import type { Report } from '../model/report.ts';

/** The run so far as a hook reads it: the members that `run --json` prints. */
export function runJson(report: Report): string {
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

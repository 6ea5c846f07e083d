import { child } from './source/node.ts';
import type { Node } from './source/node.ts';
import type { ProblemReport } from './source/problem-report.ts';

/*
 * Keys of the dialect that are read and checked, and that nothing acts upon yet. Whoever builds one removes it here,
 * and with it the warning.
 */

export function warnOfProjectKeys(project: Node | undefined, report: ProblemReport): void {
  warn(child(project, 'notify'), 'nobody is told of incidents yet', LOOK, report);
}

const UNTOLD = 'no alert is sent yet';
const LOOK = 'Look at `sluice status`.';

export function warnOfPipelineKeys(pipeline: Node, report: ProblemReport): void {
  warn(child(pipeline, 'owner'), UNTOLD, LOOK, report);
  warn(child(pipeline, 'runbook'), UNTOLD, LOOK, report);
}

export function warnOfTaskKeys(keys: ReadonlyMap<string, Node>, report: ProblemReport): void {
  for (const key of ['owner', 'runbook']) warn(keys.get(key), UNTOLD, LOOK, report);
}

function warn(node: Node | undefined, words: string, fix: string, report: ProblemReport): void {
  if (node === undefined) return;
  const key = node.path.at(-1);
  report.warning(node, 'not-carried-out', `\`${String(key)}\` is read and checked, but ${words}`, {
    fix,
    at: 'key',
  });
}

import { posix } from 'node:path';
import type { Node } from './node.ts';
import type { ProblemReport } from './problem-report.ts';

/** A path of the project in its one spelling, or undefined when it was reported as leading out of the root. */
export function projectPath(node: Node, written: string, report: ProblemReport): string | undefined {
  if (written.startsWith('/') || written.startsWith('~')) {
    report.error(node, 'outside-project', `expected a path inside the project, found ${written}`, {
      fix: 'Write it relative to the project root, without a leading /.',
    });
    return undefined;
  }
  const path = posix.normalize(written);
  if (path === '..' || path.startsWith('../')) {
    report.error(node, 'outside-project', `${written} leads out of the project`, {
      fix: 'Paths are relative to the project root, not to this file, and must stay below it.',
    });
    return undefined;
  }
  return path === '.' || path === './' ? '' : path;
}

import type { Task } from '../../../model/pipeline.ts';
import { splitCondition } from '../../expression/template.ts';
import { scalarText } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import { readsOfCondition } from '../needs/reads.ts';
import type { ProblemReport } from '../source/problem-report.ts';

type Condition = NonNullable<Task['if']>;

/** `if:` as an expression without `${{ }}`, and when it can be decided. */
export function compileCondition(node: Node | undefined, report: ProblemReport): Condition | undefined {
  const written = scalarText(node);
  if (node === undefined || written === undefined) return undefined;
  const split = splitCondition(written);
  const { contexts, status } = readsOfCondition(written);
  const isHook = status.some((called) => called !== 'success');
  if (status.includes('success') && !isHook) {
    report.error(
      node,
      'condition-invalid',
      '`success()` holds wherever a task runs at all: its needs are there',
      {
        fix: 'Remove it. A task that runs after failures too calls `always()`.',
      },
    );
  }
  return {
    expression: (split.ok ? split.source : written).trim(),
    reads: isHook ? 'status' : contexts.has('needs') ? 'needs' : 'params',
  };
}

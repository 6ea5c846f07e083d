import type { Task } from '../../model/pipeline.ts';
import { scalarText } from './node.ts';
import type { Node } from './node.ts';

type Condition = NonNullable<Task['if']>;

/** `if:` as an expression without `${{ }}`, and when it can be decided. */
export function compileCondition(node: Node | undefined): Condition | undefined {
  const written = scalarText(node)?.trim();
  if (written === undefined || written === '') return undefined;
  const whole = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(written);
  const expression = (whole?.[1] ?? written).trim();
  return { expression, reads: readsOf(expression) };
}

function readsOf(expression: string): Condition['reads'] {
  // A text such as 'failure()' calls nothing.
  const code = expression.replaceAll(/'(?:[^']|'')*'/g, "''");
  if (/(?<![\w.-])(?:always|failure|cancelled)\s*\(/i.test(code)) return 'status';
  return /(?<![\w.-])needs(?![\w-])/i.test(code) ? 'needs' : 'params';
}

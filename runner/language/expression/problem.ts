import { EXPRESSION_CHARACTERS, shortened } from '../../model/shortened.ts';

export type ExpressionProblemCode =
  | 'expression-syntax'
  | 'expression-operator'
  | 'unknown-context'
  | 'unknown-member'
  | 'never-equal'
  | 'unknown-function'
  | 'function-arguments'
  | 'status-function'
  | 'not-evaluated';

/** A mistake in an expression; `offset` and `length` count in the text that was handed in. */
export interface ExpressionProblem {
  readonly severity: 'error' | 'warning';
  readonly code: ExpressionProblemCode;
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly fix?: string;
}

/** An expression that cannot be evaluated with the values it met; the message says why. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly expression: string;
  constructor(expression: string, reason: string, options?: ErrorOptions) {
    super(
      `\${{ ${shortened(expression.trim(), EXPRESSION_CHARACTERS)} }}: ${shortened(reason, 500)}`,
      options,
    );
    this.expression = expression;
  }
}

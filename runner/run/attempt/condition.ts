import { messageOf } from '../../errors.ts';
import type { Cause } from '../../model/cause.ts';
import { EXPRESSION_CHARACTERS, shortened } from '../../model/shortened.ts';
import type { RunContexts } from '../expressions.ts';
import type { Subject } from './work.ts';

export type Condition =
  | { readonly kind: 'holds' }
  | { readonly kind: 'false'; readonly reason: string }
  | { readonly kind: 'broken'; readonly cause: Cause };

/** The task's `if`, as far as it waits for the instance's turn. */
export function decideCondition({ task, environment }: Subject, contexts: RunContexts): Condition {
  const condition = task.if;
  // One that reads only params was decided when planning.
  if (condition === undefined || condition.reads === 'params') return { kind: 'holds' };
  const expression = shortened(condition.expression, EXPRESSION_CHARACTERS);
  try {
    const holds = environment.expressions.condition(condition.expression, contexts);
    return holds ? { kind: 'holds' } : { kind: 'false', reason: `if: ${expression} is false` };
  } catch (error) {
    return { kind: 'broken', cause: expressionCause(`if: ${expression}`, error) };
  }
}

export function expressionCause(what: string, error: unknown): Cause {
  const message = messageOf(error);
  return { kind: 'expression-error', message: `${what}: ${message}`, transient: false };
}

import { messageOf } from '../../errors.ts';
import type { Cause } from '../../model/cause.ts';
import { legsOf, onlyListOf } from '../../plan/scope/legs.ts';
import type { Work } from './work.ts';

/**
 * Why no legs can be made of what a task has listed, before that counts: the mistake is the list's, and whoever needs
 * it could only be blocked by it. Lists that read something else beside it are looked at when their legs are planned.
 */
export function whatNoLegsCome(
  { planned, pipeline, task, environment }: Work,
  values: Readonly<Record<string, string>>,
): Cause | undefined {
  for (const reader of Object.values(pipeline.tasks)) {
    if (reader.matrix?.kind !== 'dynamic') continue;
    const name = onlyListOf(reader);
    const rule = reader.needs.find((need) => need.name === name);
    if (rule === undefined || rule.target.pipeline !== pipeline.name || rule.target.task !== task.name)
      continue;
    const needs = { [rule.name]: { result: 'success', outputs: values } };
    const contexts = { params: planned.params, matrix: {}, inputs: {}, needs };
    try {
      legsOf(reader.matrix, (axis) => environment.expressions.value(axis, contexts));
    } catch (error) {
      const message = `the matrix of ${reader.name} cannot be made of it: ${messageOf(error)}`;
      return { kind: 'value-refused', message, transient: false };
    }
  }
  return undefined;
}

import { messageOf } from '../../errors.ts';
import type { Cause } from '../../model/cause.ts';
import { legsIn } from '../../model/matrix-legs.ts';
import type { Task } from '../../model/pipeline.ts';
import { sourcesOf } from '../../plan/scope/legs.ts';
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
    const name = needOn(reader, pipeline.name, task.name);
    const axes = Object.entries(reader.matrix.axes);
    // What else they read is the reader's own.
    if (name === undefined || axes.some(([, axis]) => /\b(?:params|inputs)\b/.test(axis))) continue;
    const needs = { [name]: { result: 'success', outputs: values } };
    try {
      legsIn(
        axes.map(([key, axis]) => [
          key,
          environment.expressions.value(axis, { params: planned.params, matrix: {}, inputs: {}, needs }),
        ]),
      );
    } catch (error) {
      const message = `the matrix of ${reader.name} cannot be made of it: ${messageOf(error)}`;
      return { kind: 'value-refused', message, transient: false };
    }
  }
  return undefined;
}

/** The reader's only need that its matrix reads, where it is this task. */
function needOn(reader: Task, pipeline: string, task: string): string | undefined {
  const [only, ...more] = sourcesOf(reader);
  const rule = reader.needs.find(({ name }) => name === only);
  if (rule === undefined || more.length > 0) return undefined;
  return rule.target.pipeline === pipeline && rule.target.task === task ? rule.name : undefined;
}

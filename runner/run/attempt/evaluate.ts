import type { Cause } from '../../model/cause.ts';
import { keyProblem } from '../../model/key.ts';
import type { Template } from '../../model/pipeline.ts';
import type { NeedsContext, RunContexts } from '../expressions.ts';
import { expressionCause } from './condition.ts';
import type { Subject } from './work.ts';
import { setOwn } from '../../model/own.ts';

/** A task's texts for one instance, without `${{ }}`. */
export interface Evaluated {
  readonly env: Readonly<Record<string, string>>;
  /** Of an image by reference. */
  readonly imageReference: string | undefined;
  readonly args: readonly string[] | undefined;
  readonly outputs: readonly EvaluatedOutput[];
}

export interface EvaluatedOutput {
  readonly pattern: string;
  readonly allowEmpty: boolean;
  readonly publish?: { readonly path: string; readonly newest: boolean };
}

export type Evaluation =
  | { readonly kind: 'evaluated'; readonly evaluated: Evaluated }
  | { readonly kind: 'broken'; readonly cause: Cause };

/** Evaluates before anything runs: a wrong expression should not cost an hour of work. */
export function evaluateTask(work: Subject, contexts: RunContexts): Evaluation {
  const { task } = work;
  const made = evaluateOutputs(work, contexts);
  if (made.kind === 'broken') return made;
  let what = '';
  const evaluate = (place: string, template: Template): string => {
    what = place;
    return evaluateText(work, template, contexts);
  };
  try {
    const { image } = task;
    const env = Object.entries(task.env).map(
      ([name, text]) => [name, evaluate(`env.${name}`, text)] as const,
    );
    return {
      kind: 'evaluated',
      evaluated: {
        env: Object.fromEntries(env),
        imageReference: image?.kind === 'reference' ? evaluate('image', image.reference) : undefined,
        args: task.args?.map((arg) => evaluate('args', arg)),
        outputs: made.outputs,
      },
    };
  } catch (error) {
    return { kind: 'broken', cause: expressionCause(what, error) };
  }
}

export type EvaluatedOutputs =
  | { readonly kind: 'evaluated'; readonly outputs: readonly EvaluatedOutput[] }
  | { readonly kind: 'broken'; readonly cause: Cause };

/** Which files are taken, and where they are published; values have no path. */
export function evaluateOutputs(work: Subject, contexts: RunContexts): EvaluatedOutputs {
  let what = '';
  const evaluate = (place: string, template: Template): string => {
    what = place;
    return evaluateText(work, template, contexts);
  };
  try {
    const outputs: EvaluatedOutput[] = [];
    for (const output of work.task.outputs) {
      if (output.kind === 'value') continue;
      const pattern = evaluate(`outputs: ${output.path}`, output.path);
      const { allowEmpty, publish } = output;
      if (publish === undefined) {
        outputs.push({ pattern, allowEmpty });
        continue;
      }
      const path = evaluate(`publish: ${publish.path}`, publish.path);
      const problem =
        keyProblem(`published/${path.endsWith('/') ? path.slice(0, -1) : path}`) ??
        slashProblem(work.planned.keys, [path, pattern]);
      if (problem !== undefined) {
        return { kind: 'broken', cause: expressionCause(what, `"${path}" can not be published: ${problem}`) };
      }
      outputs.push({ pattern, allowEmpty, publish: { path, newest: publish.newest } });
    }
    return { kind: 'evaluated', outputs };
  } catch (error) {
    return { kind: 'broken', cause: expressionCause(what, error) };
  }
}

/** A value with a slash can make one path of two partitions; `check` has seen to all else. */
function slashProblem(keys: Readonly<Record<string, string>>, texts: readonly string[]): string | undefined {
  const found = Object.entries(keys).find(
    ([, value]) => value.includes('/') && texts.some((text) => text.includes(value)),
  );
  return found === undefined
    ? undefined
    : `the value ${found[1]} of ${found[0]} has a slash, and in a published path a value is one name`;
}

/** The contexts that the instance's expressions read; a reusable task's inputs are evaluated in its caller's. */
export type Contexts =
  | { readonly kind: 'contexts'; readonly contexts: RunContexts }
  | { readonly kind: 'broken'; readonly cause: Cause };

export function contextsFor(work: Subject, needs: NeedsContext): Contexts {
  const { params, matrix } = work.planned;
  const outer: RunContexts = { params, matrix, inputs: {}, needs };
  const inputs: Record<string, string> = {};
  for (const [name, template] of Object.entries(work.task.inputs)) {
    try {
      setOwn(inputs, name, evaluateText(work, template, outer));
    } catch (error) {
      return { kind: 'broken', cause: expressionCause(`with.${name}`, error) };
    }
  }
  return { kind: 'contexts', contexts: { ...outer, inputs } };
}

export function evaluateText({ environment }: Subject, template: Template, contexts: RunContexts): string {
  return template.includes('${{') ? environment.expressions.template(template, contexts) : template;
}

import { paramName } from '../../model/flags.ts';
import { inexactWords, readNumber } from '../../model/exact-number.ts';
import { keyText } from '../../model/partition.ts';
import type { Param, Pipeline, Scalar } from '../../model/pipeline.ts';
import type { PlanRequest } from '../../model/plan.ts';
import type { Problem } from '../../model/problem.ts';
import { didYouMean } from '../../language/suggest.ts';
import { problem } from './request-problem.ts';
import { typed } from './typed-value.ts';
import { own } from '../../model/own.ts';

/** Every value that was given: is there such a param, and is this a value of it. */
export function checkParams(pipeline: Pipeline, given: PlanRequest['params'], problems: Problem[]): void {
  const legs = matrixValues(pipeline);
  for (const [name, value] of Object.entries(given)) {
    const param = own(pipeline.params, name);
    if (param?.kind === 'plain') {
      if (typed(param, value) === undefined) problems.push(wrongValue(param, value));
      else if (param.key && keyText(value) === '') problems.push(emptyKey(param));
      continue;
    }
    const values = legs.get(name);
    if (values !== undefined) {
      if (values === 'any' || values.has(keyText(value))) continue;
      const fix = didYouMean(keyText(value), [...values], `values of ${name}`);
      problems.push(problem('invalid-param', `\`${name}\` has no value \`${keyText(value)}\``, fix));
      continue;
    }
    if (param === undefined) problems.push(unknownParam(pipeline, name));
  }
}

function wrongValue(param: Extract<Param, { kind: 'plain' }>, value: Scalar): Problem {
  const number = readNumber(keyText(value));
  if (param.type === 'number' && number.kind === 'inexact') {
    const message = `${paramName(param.name)}: expected a number, found ${inexactWords(keyText(value), number.value)}`;
    return problem('invalid-param', message, `Write \`${param.name}\` as a string param: type: string.`);
  }
  const message = `${paramName(param.name)}: expected ${expectedOf(param)}, found "${keyText(value)}"`;
  const fix = param.type === 'choice' ? didYouMean(keyText(value), param.options ?? [], 'values') : undefined;
  return problem('invalid-param', message, fix);
}

/** What an unset variable of a shell leaves. */
function emptyKey({ name }: Param): Problem {
  const message = `${paramName(name)} has an empty value, which can't name a partition`;
  return problem('invalid-param', message, 'Write a word for it, such as none.');
}

function expectedOf(param: Extract<Param, { kind: 'plain' }>): string {
  switch (param.type) {
    case 'choice':
      return `one of ${(param.options ?? []).join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'number':
      return 'a number';
    case 'string':
      return 'a string';
  }
}

export function unknownParam(pipeline: Pipeline, name: string): Problem {
  const known = [...new Set([...Object.keys(pipeline.params), ...matrixValues(pipeline).keys()])];
  const message = `pipeline ${pipeline.name} has no param \`${name}\``;
  return problem('unknown-param', message, didYouMean(name, known, 'params'));
}

/** A matrix key may be given like a param: it picks legs. */
function matrixValues(pipeline: Pipeline): ReadonlyMap<string, ReadonlySet<string> | 'any'> {
  const values = new Map<string, Set<string> | 'any'>();
  for (const { matrix } of Object.values(pipeline.tasks)) {
    for (const name of matrix?.keys ?? []) {
      const known = values.get(name);
      if (matrix === undefined || matrix.kind === 'dynamic' || known === 'any') {
        values.set(name, 'any');
        continue;
      }
      const legs = matrix.legs.flatMap((leg) => {
        const value = own(leg, name);
        return value === undefined ? [] : [keyText(value)];
      });
      values.set(name, new Set([...(known ?? []), ...legs]));
    }
  }
  return values;
}

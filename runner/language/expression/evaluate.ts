import { Dictionary, Kind } from '@actions/expressions/data/index';
import type { ExpressionData } from '@actions/expressions/data/index';
import { Evaluator } from '@actions/expressions/evaluator';
import type { FunctionDefinition } from '@actions/expressions/funcs/info';
import { falsy } from '@actions/expressions/result';
import { keyText } from '../../model/partition.ts';
import type { Scalar } from '../../model/pipeline.ts';
import { messageOf } from '../../errors.ts';
import { BOUNDED_FUNCTIONS, checkLength } from './bounded.ts';
import { toData, toPlain } from './data.ts';
import type { Plain } from './function.ts';
import { findFunction, FUNCTIONS } from './functions.ts';
import { parseExpression } from './parse.ts';
import { ExpressionError } from './problem.ts';
import { hasExpression, splitCondition, splitTemplate } from './template.ts';
import type { TemplatePart } from './template.ts';

/** What expressions read. A value that itself holds `${{ }}` is a text like any other: nothing is evaluated twice. */
export interface Contexts {
  readonly params: Readonly<Record<string, Scalar>>;
  readonly matrix?: Readonly<Record<string, Scalar>>;
  readonly inputs?: Readonly<Record<string, Scalar>>;
  readonly needs?: Readonly<Record<string, NeedContext>>;
  /** For hooks: how the run stands. */
  readonly status?: { readonly failure: boolean; readonly cancelled: boolean };
}

export interface NeedContext {
  readonly result: string;
  readonly outputs?: Readonly<Record<string, string>>;
}

/** A template with every `${{ }}` replaced by its value as text. Throws `ExpressionError` in words. */
export function evaluateTemplate(template: string, contexts: Contexts): string {
  if (!hasExpression(template)) return template;
  let text = '';
  for (const part of partsOf(template)) {
    if (part.kind === 'text') text += part.text;
    else {
      text += textOf(part.source, evaluate(part.source, contexts));
      inWords(part.source, () => checkLength(text.length));
    }
  }
  return text;
}

/** Like `evaluateTemplate`; a template that is one expression as a whole keeps its type: number, boolean, list. */
export function evaluateValue(template: string, contexts: Contexts): Plain {
  if (!hasExpression(template)) return template;
  const [only, ...more] = partsOf(template.trim());
  if (only?.kind !== 'expression' || more.length > 0) return evaluateTemplate(template, contexts);
  return toPlain(evaluate(only.source, contexts));
}

/** An `if`, with or without `${{ }}` around it. Nothing, false, 0 and '' are false. */
export function evaluateCondition(text: string, contexts: Contexts): boolean {
  const split = splitCondition(text);
  if (!split.ok) throw new ExpressionError(text, 'text around `${{ }}` would make this always true');
  return !falsy(evaluate(split.source, contexts));
}

const splits = new Map<string, readonly TemplatePart[]>();

function partsOf(template: string): readonly TemplatePart[] {
  const before = splits.get(template);
  if (before !== undefined) return before;
  const split = splitTemplate(template);
  if (!split.ok) throw new ExpressionError(template, '`${{` is not closed by `}}`');
  splits.set(template, split.parts);
  return split.parts;
}

function evaluate(source: string, contexts: Contexts): ExpressionData {
  const parsed = parseExpression(source);
  if (!parsed.ok) throw new ExpressionError(source, parsed.problem.message);
  const functions =
    contexts.status === undefined ? ours : new Map([...ours, ...statusFunctions(contexts.status)]);
  for (const name of parsed.calls) {
    if (findFunction(name) !== undefined || functions.has(name.toLowerCase())) continue;
    throw new ExpressionError(source, `there is no function \`${name}\` here`);
  }
  return inWords(source, () => new Evaluator(parsed.tree, dataOf(contexts), functions).evaluate());
}

/** Of what throws in words, as functions do. */
function inWords<Value>(source: string, evaluated: () => Value): Value {
  try {
    return evaluated();
  } catch (error) {
    throw new ExpressionError(source, messageOf(error), { cause: error });
  }
}

function textOf(source: string, data: ExpressionData): string {
  // A number that is written in the expression is still the library's.
  if (data.kind === Kind.Number) return keyText(data.value);
  if (data.primitive) return data.coerceString();
  throw new ExpressionError(
    source,
    'expected a text, a number or a boolean, found a list or an object; write toJSON(…) or join(…)',
  );
}

const known = new WeakMap<Contexts, Dictionary>();

function dataOf(contexts: Contexts): Dictionary {
  const before = known.get(contexts);
  if (before !== undefined) return before;
  const needs = Object.fromEntries(
    Object.entries(contexts.needs ?? {}).map(([name, { result, outputs }]) => [
      name,
      { result, outputs: outputs ?? {} },
    ]),
  );
  const data = new Dictionary(
    { key: 'params', value: toData(contexts.params) },
    { key: 'matrix', value: toData(contexts.matrix ?? {}) },
    { key: 'inputs', value: toData(contexts.inputs ?? {}) },
    { key: 'needs', value: toData(needs) },
  );
  known.set(contexts, data);
  return data;
}

const ours = new Map<string, FunctionDefinition>([
  ...BOUNDED_FUNCTIONS,
  ...FUNCTIONS.flatMap(({ name, minArgs, maxArgs, call }) =>
    call === undefined
      ? []
      : [
          [
            name.toLowerCase(),
            {
              name,
              minArgs,
              maxArgs,
              call: (...args: ExpressionData[]) => toData(call(...args.map(toPlain))),
            },
          ] as const,
        ],
  ),
]);

function statusFunctions(status: NonNullable<Contexts['status']>): Map<string, FunctionDefinition> {
  const answers = {
    always: true,
    success: !status.failure && !status.cancelled,
    failure: status.failure,
    cancelled: status.cancelled,
  };
  return new Map(
    Object.entries(answers).map(([name, answer]) => [
      name,
      { name, minArgs: 0, maxArgs: 0, call: () => toData(answer) },
    ]),
  );
}

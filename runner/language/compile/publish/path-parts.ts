import { FunctionCall, Grouping, IndexAccess, ContextAccess, Literal } from '@actions/expressions/ast';
import type { Expr } from '@actions/expressions/ast';
import { Kind } from '@actions/expressions/data/index';
import { keyText } from '../../../model/partition.ts';
import type { Param, Task } from '../../../model/pipeline.ts';
import { splitPattern } from '../../expression/format-date.ts';
import type { PatternPart } from '../../expression/format-date.ts';
import { parseExpression } from '../../expression/parse.ts';
import { splitTemplate } from '../../expression/template.ts';
import { lettersOf, timeFact, TIME_VALUES } from './time-facts.ts';

/** A stretch of a path. */
export type PathPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'value';
      /** What is known of the instance once this value is: names of keys, or parts of its time. */
      readonly tells: readonly string[];
      /** In characters, where all values are equally long. */
      readonly length?: number;
      /** Whether a value can hold a character. */
      readonly mayHold: (character: string) => boolean;
    };

/** What a task's path is read against. */
export interface PathContext {
  readonly task: Task;
  readonly params: Readonly<Record<string, Param>>;
}

/** A path taken apart, through a reusable task's inputs too. Of what is no bare value or date nothing is known. */
export function pathParts(template: string, context: PathContext): readonly PathPart[] {
  const split = splitTemplate(template);
  if (!split.ok) return [UNKNOWN];
  return split.parts.flatMap((part) =>
    part.kind === 'text' ? [part] : expressionParts(part.source, context),
  );
}

/** Anything, and it tells nothing. */
export const UNKNOWN: PathPart = { kind: 'value', tells: [], mayHold: () => true };

function expressionParts(source: string, context: PathContext): readonly PathPart[] {
  const parsed = parseExpression(source);
  if (!parsed.ok) return [UNKNOWN];
  const tree = ungrouped(parsed.tree);
  const bare = memberIn(tree);
  if (bare?.root === 'inputs') {
    const given = Object.entries(context.task.inputs).find(([name]) => name.toLowerCase() === bare.name);
    // What a caller gives can't read inputs itself.
    return given === undefined ? [UNKNOWN] : pathParts(given[1], context);
  }
  if (bare !== undefined) return [valuePart(bare.root, bare.name, context)];
  return dateParts(tree, context) ?? [UNKNOWN];
}

interface Member {
  readonly root: string;
  readonly name: string;
}

/** `params.x`, in lower case: case does not count. */
function memberIn(tree: Expr): Member | undefined {
  if (!(tree instanceof IndexAccess) || !(tree.expr instanceof ContextAccess)) return undefined;
  const name = textOf(tree.index);
  return name === undefined
    ? undefined
    : { root: tree.expr.name.lexeme.toLowerCase(), name: name.toLowerCase() };
}

function textOf(tree: Expr): string | undefined {
  return tree instanceof Literal && tree.literal.kind === Kind.String ? tree.literal.value : undefined;
}

function ungrouped(tree: Expr): Expr {
  return tree instanceof Grouping ? ungrouped(tree.group) : tree;
}

function valuePart(root: string, written: string, { task, params }: PathContext): PathPart {
  if (root === 'matrix') {
    const { matrix } = task;
    const legs = matrix?.kind === 'static' ? matrix.legs : [];
    const names = new Set([...(matrix?.keys ?? []), ...legs.flatMap((leg) => Object.keys(leg))]);
    const name = [...names].find((each) => each.toLowerCase() === written);
    if (name === undefined) return UNKNOWN;
    const tells = task.keys.filter((key) => key === name);
    const values = legs.flatMap((leg) => Object.entries(leg).filter(([key]) => key === name));
    return matrix?.kind === 'static'
      ? oneOfTexts(
          tells,
          values.map(([, value]) => keyText(value)),
        )
      : { kind: 'value', tells, mayHold: isNoSlash };
  }
  const param = Object.values(params).find(({ name }) => name.toLowerCase() === written);
  if (root !== 'params' || param === undefined) return UNKNOWN;
  const tells = task.keys.filter((key) => key === param.name);
  if (param.kind === 'time') {
    const { length, characters } = TIME_VALUES[param.type];
    return { kind: 'value', tells, length, mayHold: (character) => characters.test(character) };
  }
  switch (param.type) {
    case 'choice':
      return oneOfTexts(tells, param.options ?? []);
    case 'boolean':
      return oneOfTexts(tells, ['true', 'false']);
    case 'number':
      return { kind: 'value', tells, mayHold: (character) => /[\de.+-]/.test(character) };
    case 'string':
      // A key's value with a slash is refused when its turn comes; a setting may be a path.
      return tells.length > 0 ? { kind: 'value', tells, mayHold: isNoSlash } : UNKNOWN;
  }
}

function isNoSlash(character: string): boolean {
  return character !== '/';
}

function oneOfTexts(tells: readonly string[], texts: readonly string[]): PathPart {
  const characters = new Set(texts.flatMap((text) => text.split('')));
  const [first = '', ...others] = texts;
  const isEqual = others.every((text) => text.length === first.length);
  return {
    kind: 'value',
    tells,
    ...(isEqual && { length: first.length }),
    mayHold: (character) => characters.has(character),
  };
}

/** `formatDate(params.date, 'yyyyMMdd')` */
function dateParts(tree: Expr, { task, params }: PathContext): readonly PathPart[] | undefined {
  if (!(tree instanceof FunctionCall) || tree.functionName.lexeme.toLowerCase() !== 'formatdate')
    return undefined;
  const [time, written] = tree.args.map(ungrouped);
  const bare = time === undefined ? undefined : memberIn(time);
  const pattern = written === undefined ? undefined : textOf(written);
  const key = Object.values(params).find(({ name }) => name.toLowerCase() === bare?.name);
  if (pattern === undefined || bare?.root !== 'params' || key?.kind !== 'time') return undefined;
  const isKey = task.keys.includes(key.name);
  return partsOf(pattern)?.map((part): PathPart => {
    if (part.kind === 'text') return part;
    const { fact, ...shape } = lettersOf(part.letters);
    return { kind: 'value', tells: isKey && fact !== undefined ? [timeFact(key.name, fact)] : [], ...shape };
  });
}

function partsOf(pattern: string): readonly PatternPart[] | undefined {
  try {
    return splitPattern(pattern);
  } catch {
    // A quote that is not closed: it is refused when it is written.
    return undefined;
  }
}

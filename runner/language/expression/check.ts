import type { FunctionCall } from '@actions/expressions/ast';
import type { Token } from '@actions/expressions/lexer';
import { didYouMean } from '../suggest.ts';
import { FUNCTIONS, findStatusFunction, isFunction, STATUS_FUNCTIONS } from './functions.ts';
import type { StatusFunction } from './functions.ts';
import type { Scope } from './known.ts';
import { checkAccess, checkComparison } from './members.ts';
import type { Read } from './members.ts';
import { parseExpression } from './parse.ts';
import type { ExpressionProblem } from './problem.ts';
import { splitCondition, splitTemplate } from './template.ts';
import { accessesIn, callsIn, comparisonsIn } from './walk.ts';

/** What is wrong with an expression, and what it reads. */
export interface Checked {
  readonly problems: readonly ExpressionProblem[];
  /** Members of contexts, as they are spelt in the scope. */
  readonly reads: readonly Read[];
  /** The status functions that it calls. */
  readonly status: readonly StatusFunction[];
}

/** Checks a bare expression. Offsets count in `source`. */
export function checkExpression(source: string, scope: Scope): Checked {
  const parsed = parseExpression(source);
  if (!parsed.ok) return { problems: [parsed.problem], reads: [], status: [] };
  const calls = callsIn(parsed.tree);
  const accesses = accessesIn(parsed.tree).map((access) => checkAccess(access, scope, parsed.offsetOf));
  const problems = [
    ...calls.flatMap((call) => checkCall(call, scope, parsed.offsetOf)),
    ...accesses.flatMap((access) => access.problems),
    ...comparisonsIn(parsed.tree).flatMap((each) => checkComparison(each, scope, parsed.offsetOf)),
  ].sort((a, b) => a.offset - b.offset);
  return {
    problems,
    reads: accesses.flatMap((access) => access.reads),
    status: calls.flatMap((call) => findStatusFunction(call.functionName.lexeme) ?? []),
  };
}

/** Checks every `${{ }}` of a template. Offsets count in `template`. */
export function checkTemplate(template: string, scope: Scope): Checked {
  const split = splitTemplate(template);
  if (!split.ok) return { problems: [unclosed(split.offset)], reads: [], status: [] };
  const checked = split.parts.map((part) =>
    part.kind === 'text' ? undefined : shifted(checkExpression(part.source, scope), part.offset),
  );
  const all = checked.filter((each) => each !== undefined);
  return {
    problems: [...all.flatMap((each) => each.problems), ...bracesWithoutDollar(template, scope)],
    reads: all.flatMap((each) => each.reads),
    status: all.flatMap((each) => each.status),
  };
}

/** Checks an `if`: an expression, or one `${{ }}` around it. Offsets count in `text`. */
export function checkCondition(text: string, scope: Scope): Checked {
  const split = splitCondition(text);
  if (split.ok) return shifted(checkExpression(split.source, scope), split.offset);
  const problem =
    split.reason === 'unclosed'
      ? unclosed(split.offset)
      : ({
          severity: 'error',
          code: 'expression-syntax',
          offset: split.offset,
          length: 3,
          message: 'a condition with text around `${{ }}` would always be true',
          fix: 'Write the whole condition without `${{ }}`, or all of it inside.',
        } as const);
  return { problems: [problem], reads: [], status: [] };
}

function checkCall(
  call: FunctionCall,
  scope: Scope,
  offsetOf: (token: Token) => number,
): ExpressionProblem[] {
  const name = call.functionName.lexeme;
  const at = { severity: 'error', offset: offsetOf(call.functionName), length: name.length } as const;
  if (findStatusFunction(name) !== undefined) {
    if (scope.statusFunctions) return [];
    const message = `${name}() can only be called in \`if\``;
    return [
      {
        ...at,
        code: 'status-function',
        message,
        fix: 'A task whose `if` calls it runs once, after its needs.',
      },
    ];
  }
  if (isFunction(name)) return [];
  const known = [...FUNCTIONS.map((each) => each.name), ...(scope.statusFunctions ? STATUS_FUNCTIONS : [])];
  const fix =
    name.toLowerCase() === 'hashfiles'
      ? 'Name the files under `files`: their content enters the fingerprint.'
      : didYouMean(name, known, 'functions');
  return [{ ...at, code: 'unknown-function', message: `there is no function \`${name}\``, fix }];
}

function unclosed(offset: number): ExpressionProblem {
  return {
    severity: 'error',
    code: 'expression-syntax',
    offset,
    length: 3,
    message: '`${{` is not closed by `}}`',
    fix: "Close it; a `'` before it opens a text that must be closed too.",
  };
}

/** A habit from templates elsewhere: the text would stand there as it is written. */
function bracesWithoutDollar(template: string, scope: Scope): ExpressionProblem[] {
  return [...template.matchAll(/(?<!\$)\{\{\s*([A-Za-z_]+)\s*\.[^{}]*\}\}/g)]
    .filter((match) => Object.hasOwn(scope.contexts, match[1] ?? ''))
    .map((match) => ({
      severity: 'warning',
      code: 'not-evaluated',
      offset: match.index,
      length: match[0].length,
      message: '`{{ }}` without `$` is plain text',
      fix: `Write \`$${match[0]}\`.`,
    }));
}

function shifted(checked: Checked, by: number): Checked {
  return {
    ...checked,
    problems: checked.problems.map((problem) => ({ ...problem, offset: problem.offset + by })),
  };
}

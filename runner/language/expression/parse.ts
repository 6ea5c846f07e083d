import type { Expr } from '@actions/expressions/ast';
import { ErrorType, ExpressionError } from '@actions/expressions/errors';
import { Lexer, TokenType } from '@actions/expressions/lexer';
import type { Token } from '@actions/expressions/lexer';
import { Parser } from '@actions/expressions/parser';
import { inexactWords, readNumber } from '../../model/exact-number.ts';
import { calledIn, functionInfos } from './functions.ts';
import { refuseSymbol } from './operators.ts';
import type { ExpressionProblem } from './problem.ts';

export type ParsedExpression =
  | {
      readonly ok: true;
      readonly tree: Expr;
      readonly tokens: readonly Token[];
      /** Where a token begins in the source. */
      readonly offsetOf: (token: Token) => number;
      /** Names that are called. */
      readonly calls: readonly string[];
    }
  | { readonly ok: false; readonly problem: ExpressionProblem };

const parsed = new Map<string, ParsedExpression>();

/** Parses once for each source. Names that do not exist are parsed all the same: `check` tells of all of them. */
export function parseExpression(source: string): ParsedExpression {
  const before = parsed.get(source);
  if (before !== undefined) return before;
  const result = parse(source);
  parsed.set(source, result);
  return result;
}

/** Nested calls grow the stack; nothing that a person writes comes near. */
const MAX_LENGTH = 4000;

function parse(source: string): ParsedExpression {
  if (source.trim() === '')
    return refuse(0, source.length, 'the expression is empty', 'Write one, such as `params.date`.');
  if (source.length > MAX_LENGTH) {
    return refuse(
      0,
      1,
      `expected an expression of at most ${String(MAX_LENGTH)} characters, found ${String(source.length)}`,
    );
  }
  let tokens: readonly Token[];
  try {
    tokens = new Lexer(source).lex().tokens.map(withWholeQuotes);
  } catch (error) {
    return { ok: false, problem: explainLexing(error, source) };
  }
  const offsets = offsetsOf(source, tokens);
  const offsetOf = (token: Token): number => offsets.get(token) ?? 0;
  for (const token of tokens) {
    if (token.type !== TokenType.NUMBER) continue;
    const number = readNumber(token.lexeme);
    // `Infinity` is a word of the language.
    if (number.kind !== 'inexact' || !/\d/.test(token.lexeme)) continue;
    const message = `expected a number, found ${inexactWords(token.lexeme, number.value)}`;
    return refuse(offsetOf(token), token.lexeme.length, message, `Write it as a text: '${token.lexeme}'.`);
  }
  try {
    const tree = new Parser([...tokens], rootsIn(tokens), functionInfos(tokens)).parse();
    return { ok: true, tree, tokens, offsetOf, calls: calledIn(tokens) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { ok: false, problem: explainParsing(error, tokens, offsetOf, source) };
  }
}

/** The lexer (0.3.61) undoubles only the first `''` of a text. */
function withWholeQuotes(token: Token): Token {
  if (token.type !== TokenType.STRING) return token;
  return { ...token, value: token.lexeme.slice(1, -1).replaceAll("''", "'") };
}

/** The lexer's own columns are wrong behind a text with a newline; tokens are only ever parted by white space. */
function offsetsOf(source: string, tokens: readonly Token[]): ReadonlyMap<Token, number> {
  const offsets = new Map<Token, number>();
  let at = 0;
  for (const token of tokens) {
    while (/\s/.test(source[at] ?? '')) at += 1;
    offsets.set(token, at);
    at += token.lexeme.length;
  }
  return offsets;
}

function rootsIn(tokens: readonly Token[]): string[] {
  return tokens.filter((token) => token.type === TokenType.IDENTIFIER).map((token) => token.lexeme);
}

function refuse(offset: number, length: number, message: string, fix?: string): ParsedExpression {
  return { ok: false, problem: syntaxProblem(offset, length, message, fix) };
}

function syntaxProblem(offset: number, length: number, message: string, fix?: string): ExpressionProblem {
  const problem = {
    severity: 'error',
    code: 'expression-syntax',
    offset,
    length: Math.max(1, length),
    message,
  } as const;
  return fix === undefined ? problem : { ...problem, fix };
}

/** The lexer throws plain errors whose message ends with the position, counted from 1. */
function explainLexing(error: unknown, source: string): ExpressionProblem {
  const text = error instanceof Error ? error.message : '';
  const position = /Located at position (\d+) within/.exec(text)?.[1];
  const offset = position === undefined ? 0 : Number(position) - 1;
  const symbol = /^\S*/.exec(source.slice(offset))?.[0] ?? '';
  if (source[offset] === "'") {
    return syntaxProblem(
      offset,
      source.length - offset,
      'this text is not closed',
      "Close it with `'`; a quote inside is written twice: 'it''s'.",
    );
  }
  return (
    refuseSymbol(symbol, offset) ??
    syntaxProblem(offset, symbol.length, `\`${symbol}\` means nothing in an expression`)
  );
}

function explainParsing(
  error: ExpressionError,
  tokens: readonly Token[],
  offsetOf: (token: Token) => number,
  source: string,
): ExpressionProblem {
  // Private only to the types; the message alone would leave them to be parsed back.
  const [typ, tok] = [error['typ'], error['tok']];
  const offset = Math.min(offsetOf(tok), source.length - 1);
  const atEnd = tok.type === TokenType.EOF;
  const length = tok.lexeme.length;
  switch (typ) {
    case ErrorType.ErrorTooFewParameters:
    case ErrorType.ErrorTooManyParameters:
    case ErrorType.ErrorEvenParameters: {
      const info = functionInfos(tokens).find(({ name }) => name.toLowerCase() === tok.lexeme.toLowerCase());
      const few = typ === ErrorType.ErrorTooFewParameters ? 'too few' : 'too many';
      const message = `${tok.lexeme}() has ${typ === ErrorType.ErrorEvenParameters ? 'no last value' : `${few} arguments`}`;
      const problem = { severity: 'error', code: 'function-arguments', offset, length, message } as const;
      return info?.description === undefined ? problem : { ...problem, fix: `Write ${info.description}.` };
    }
    case ErrorType.ErrorExceededMaxDepth:
      return syntaxProblem(offset, length, 'the expression is nested too deeply');
    case ErrorType.ErrorUnexpectedEndOfExpression:
      return syntaxProblem(source.trimEnd().length - 1, 1, 'the expression ends too early');
    default: {
      if (atEnd) return syntaxProblem(source.trimEnd().length - 1, 1, 'the expression ends too early');
      const wrong = refuseSymbol(source.slice(offset, offset + length), offset);
      return wrong ?? syntaxProblem(offset, length, `\`${tok.lexeme}\` is not expected here`);
    }
  }
}

import type { FunctionInfo } from '@actions/expressions/funcs/info';
import { TokenType } from '@actions/expressions/lexer';
import type { Token } from '@actions/expressions/lexer';
import type { ExpressionFunction } from './function.ts';
import { TIME_FUNCTIONS } from './functions-time.ts';
import { VALUE_FUNCTIONS } from './functions-value.ts';

export const STATUS_FUNCTIONS = ['always', 'success', 'failure', 'cancelled'] as const;
export type StatusFunction = (typeof STATUS_FUNCTIONS)[number];

/** All but the status functions. */
export const FUNCTIONS: readonly ExpressionFunction[] = [...TIME_FUNCTIONS, ...VALUE_FUNCTIONS];

const byName = new Map(FUNCTIONS.map((each) => [each.name.toLowerCase(), each]));

/** Case does not count in names of functions. */
export function findFunction(name: string): ExpressionFunction | undefined {
  return byName.get(name.toLowerCase());
}

export function findStatusFunction(name: string): StatusFunction | undefined {
  return STATUS_FUNCTIONS.find((each) => each === name.toLowerCase());
}

const infos: readonly FunctionInfo[] = [
  ...FUNCTIONS.map(({ name, signature, minArgs, maxArgs }) => ({
    name,
    description: signature,
    minArgs,
    maxArgs,
  })),
  ...STATUS_FUNCTIONS.map((name) => ({ name, description: `${name}()`, minArgs: 0, maxArgs: 0 })),
];

/** What the parser is told: all functions, and those that are called and do not exist, with any arguments. */
export function functionInfos(tokens: readonly Token[]): FunctionInfo[] {
  const unknown = calledIn(tokens).filter((name) => !isFunction(name));
  return [...infos, ...unknown.map((name) => ({ name, minArgs: 0, maxArgs: 255 }))];
}

export function isFunction(name: string): boolean {
  return findFunction(name) !== undefined || findStatusFunction(name) !== undefined;
}

export function calledIn(tokens: readonly Token[]): readonly string[] {
  return tokens
    .filter(
      (token, index) =>
        token.type === TokenType.IDENTIFIER && tokens[index + 1]?.type === TokenType.LEFT_PAREN,
    )
    .map((token) => token.lexeme);
}

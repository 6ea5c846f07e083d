import type { ExpressionData } from '@actions/expressions/data/index';
import { format } from '@actions/expressions/funcs/format';
import type { FunctionDefinition } from '@actions/expressions/funcs/info';
import { join } from '@actions/expressions/funcs/join';
import { tojson } from '@actions/expressions/funcs/tojson';
import { isDeeper } from '../../model/json-depth.ts';

/** Of any text that an expression makes or reads: more than a variable, a path or a name of a partition can hold. */
const MAX_TEXT = 2 ** 20;

/** Of JSON that an expression reads. */
const MAX_DEPTH = 100;

/**
 * Those of the library that make texts out of texts. Calls within calls would multiply: of 4,000 characters of
 * `format('{0}{0}', format(…))` comes a text that no memory holds, so that the length is told before it is made.
 */
export const BOUNDED_FUNCTIONS: readonly (readonly [string, FunctionDefinition])[] = [
  bounded(format, ([template, ...values]) => {
    const text = template?.coerceString() ?? '';
    const lengths = values.map((value) => value.coerceString().length);
    let length = text.length;
    for (const [, index] of text.matchAll(/\{(\d+)/g)) length += lengths[Number(index)] ?? 0;
    return length;
  }),
  bounded(join, ([list, separator]) => {
    if (list === undefined || list.primitive || !('values' in list)) return 0;
    const between = separator?.primitive === true ? separator.coerceString().length : 1;
    return list.values().reduce((sum, item) => sum + item.coerceString().length + between, 0);
  }),
  // At most six times as long as what it is made of.
  bounded(tojson, () => 0),
];

function bounded(
  known: FunctionDefinition,
  lengthOf: (args: readonly ExpressionData[]) => number,
): readonly [string, FunctionDefinition] {
  const call = (...args: ExpressionData[]): ExpressionData => {
    checkLength(lengthOf(args));
    const made = known.call(...args);
    if (made.primitive) checkLength(made.coerceString().length);
    return made;
  };
  return [known.name.toLowerCase(), { ...known, call }];
}

/** Throws in words. */
export function checkLength(length: number): void {
  if (length <= MAX_TEXT) return;
  throw new Error(
    `it makes a text of more than ${MAX_TEXT.toLocaleString('en-US')} characters; let the task make it, and hand it on as a file`,
  );
}

/** Before it is parsed: what walks it would overflow. */
export function checkJson(text: string): void {
  if (text.length > MAX_TEXT) {
    throw new Error(
      `expected JSON of at most ${MAX_TEXT.toLocaleString('en-US')} characters, found ${text.length.toLocaleString('en-US')}; hand it on as a file`,
    );
  }
  if (isDeeper(text, MAX_DEPTH)) {
    throw new Error(
      `expected JSON of at most ${MAX_DEPTH} levels, found lists or objects within more than those`,
    );
  }
}

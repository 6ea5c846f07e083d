import { inexactInJson, inexactWords } from '../../model/exact-number.ts';
import { checkJson, checkLength } from './bounded.ts';
import { shown, textArgument } from './function.ts';
import type { ExpressionFunction, Plain } from './function.ts';

/** Texts, numbers and lists. Those without `call` are GitHub's own, as its documentation describes them. */
export const VALUE_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'format',
    signature: "format('{0}-{1}', value, …)",
    minArgs: 1,
    maxArgs: 255,
    description: 'Puts values into a text; this is how texts are joined. Braces are written twice.',
    example: { call: "format('{0}/{1}', 'a', 'b')", result: 'a/b' },
  },
  {
    name: 'contains',
    signature: 'contains(search, item)',
    minArgs: 2,
    maxArgs: 2,
    description: 'True where a text holds another, or a list an item. Case does not count.',
    example: { call: "contains('nyse,nasdaq', 'nyse')", result: 'true' },
  },
  {
    name: 'startsWith',
    signature: 'startsWith(text, start)',
    minArgs: 2,
    maxArgs: 2,
    description: 'Case does not count.',
    example: { call: "startsWith('2021-01-29', '2021')", result: 'true' },
  },
  {
    name: 'endsWith',
    signature: 'endsWith(text, end)',
    minArgs: 2,
    maxArgs: 2,
    description: 'Case does not count.',
    example: { call: "endsWith('2021-02-01', '-01')", result: 'true' },
  },
  {
    name: 'join',
    signature: 'join(list, separator)',
    minArgs: 1,
    maxArgs: 2,
    description: 'The items of a list as one text; the separator is `,` unless it is given.',
    example: { call: "join(fromJSON('[1, 2]'), '+')", result: '1+2' },
  },
  {
    name: 'case',
    signature: 'case(condition, value, …, otherwise)',
    minArgs: 3,
    maxArgs: 255,
    description: 'The value behind the first condition that is true, else the last value.',
    example: { call: "case(1 > 2, 'a', 'b')", result: 'b' },
  },
  {
    name: 'toJSON',
    signature: 'toJSON(value)',
    minArgs: 1,
    maxArgs: 1,
    description: 'A value as JSON.',
    example: { call: "toJSON('a')", result: '"a"' },
  },
  {
    name: 'fromJSON',
    signature: 'fromJSON(text)',
    minArgs: 1,
    maxArgs: 1,
    description: 'The value that a JSON text holds, for a matrix that is known only at run time.',
    example: { call: 'fromJSON(\'["a", "b"]\')[1]', result: 'b' },
    call: (value) => {
      const text = textArgument(value, 'JSON');
      checkJson(text);
      const parsed = parseJson(text);
      const inexact = inexactInJson(text);
      if (inexact !== undefined) {
        throw new Error(
          `expected JSON with numbers, found ${inexactWords(inexact, Number(inexact))}; write it as a text, in quotes`,
        );
      }
      return parsed;
    },
  },
  {
    name: 'replace',
    signature: 'replace(text, search, replacement)',
    minArgs: 3,
    maxArgs: 3,
    description: 'Replaces every occurrence; both are plain texts, not patterns.',
    example: { call: "replace('2021-01-29', '-', '')", result: '20210129' },
    call: (text, search, replacement) => {
      const wanted = textArgument(search, 'what to search');
      if (wanted === '') throw new Error('expected something to search for, found an empty text');
      const pieces = textArgument(text, 'the first argument').split(wanted);
      const between = textArgument(replacement, 'the replacement');
      checkLength(pieces.reduce((sum, piece) => sum + piece.length + between.length, 0));
      return pieces.join(between);
    },
  },
  {
    name: 'lower',
    signature: 'lower(text)',
    minArgs: 1,
    maxArgs: 1,
    description: 'In lower case.',
    example: { call: "lower('NYSE')", result: 'nyse' },
    call: (text) => textArgument(text, 'the argument').toLowerCase(),
  },
  {
    name: 'upper',
    signature: 'upper(text)',
    minArgs: 1,
    maxArgs: 1,
    description: 'In upper case.',
    example: { call: "upper('nyse')", result: 'NYSE' },
    call: (text) => textArgument(text, 'the argument').toUpperCase(),
  },
  {
    name: 'trim',
    signature: 'trim(text)',
    minArgs: 1,
    maxArgs: 1,
    description: 'Without white space at both ends.',
    example: { call: "trim(' a ')", result: 'a' },
    call: (text) => textArgument(text, 'the argument').trim(),
  },
  {
    name: 'split',
    signature: 'split(text, separator)',
    minArgs: 2,
    maxArgs: 2,
    description: 'The parts of a text, as a list.',
    example: { call: "split('a,b', ',')[1]", result: 'b' },
    call: (text, separator) =>
      textArgument(text, 'the first argument').split(textArgument(separator, 'the separator')),
  },
  extreme('min', 'least', "min('2021-02-01', '2021-01-29')", '2021-01-29', -1),
  extreme('max', 'greatest', 'max(9, 10)', '10', 1),
];

function parseJson(text: string): Plain {
  try {
    // JSON holds nothing but plain values.
    return JSON.parse(text) as Plain;
  } catch (error) {
    throw new Error(`expected JSON, found ${shown(text)}`, { cause: error });
  }
}

/** Times sort as texts, so both kinds can be compared; mixed ones can't. */
function extreme(
  name: string,
  which: string,
  call: string,
  result: string,
  sign: 1 | -1,
): ExpressionFunction {
  return {
    name,
    signature: `${name}(a, b, …)`,
    minArgs: 1,
    maxArgs: 255,
    description: `The ${which} of numbers, or of texts such as dates.`,
    example: { call, result },
    call: (...values) => {
      const type = typeof values[0];
      if ((type !== 'number' && type !== 'string') || values.some((value) => typeof value !== type)) {
        throw new Error(`expected only numbers or only texts, found ${values.map(shown).join(', ')}`);
      }
      return values.reduce((best, value) => (compare(value, best) * sign > 0 ? value : best));
    },
  };
}

function compare(a: Plain, b: Plain): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return 0;
}

import type { ExpressionProblem } from './problem.ts';

/** Operators and quotes of other languages, each with what is written here. Undefined for any other symbol. */
export function refuseSymbol(symbol: string, offset: number): ExpressionProblem | undefined {
  const found = FOREIGN.find(([begin]) => symbol.startsWith(begin));
  if (found === undefined) return undefined;
  const [operator, message, fix] = found;
  return { severity: 'error', code: 'expression-operator', offset, length: operator.length, message, fix };
}

const NO_ARITHMETIC = 'For times there are addHours, addDays, addMonths and addYears.';

const FOREIGN: readonly (readonly [begin: string, message: string, fix: string])[] = [
  ['+', 'there is no `+` in expressions', `Join texts by format('{0}-{1}', a, b). ${NO_ARITHMETIC}`],
  ['-', 'there is no `-` in expressions', NO_ARITHMETIC],
  ['*', 'there is no `*` between values', `${NO_ARITHMETIC} Calculate in the script.`],
  ['/', 'there is no `/` in expressions', `${NO_ARITHMETIC} Calculate in the script.`],
  ['%', 'there is no `%` in expressions', `${NO_ARITHMETIC} Calculate in the script.`],
  ['"', 'texts stand in single quotes', "Write 'text'."],
  ['`', 'texts stand in single quotes', "Write 'text'."],
  ['=', 'there is no `=` in expressions', 'Compare by `==`.'],
  ['&', 'there is no `&` in expressions', 'Write `&&`.'],
  ['|', 'there is no `|` in expressions', 'Write `||`; functions are called: lower(params.name).'],
  ['?', 'there is no `? :` in expressions', "Write condition && 'a' || 'b'."],
  [':', 'there is no `:` in expressions', "Write condition && 'a' || 'b'."],
  ['{', 'there are no braces in expressions', 'Write `${{` and `}}` once, around the whole expression.'],
  [
    '$',
    'there is no `$` inside expressions',
    'Write `${{` once; a context is read by its name, as params.date.',
  ],
];

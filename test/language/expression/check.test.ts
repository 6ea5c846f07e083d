import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCondition, checkExpression, checkTemplate } from '../../../runner/language/expression/check.ts';
import { valuesOf } from '../../../runner/language/expression/known.ts';
import type { Scope } from '../../../runner/language/expression/known.ts';

const scope: Scope = {
  contexts: {
    params: valuesOf('param', ['date', 'half', 'top']),
    matrix: valuesOf('matrix value', ['venue']),
    inputs: { kind: 'anything' },
    needs: {
      kind: 'object',
      called: 'need',
      members: {
        prices: {
          kind: 'object',
          called: 'member',
          members: {
            result: { kind: 'value' },
            outputs: {
              kind: 'refused',
              message: 'prices has several instances here',
              fix: 'Read its files.',
            },
          },
        },
        list: {
          kind: 'object',
          called: 'member',
          members: { result: { kind: 'value' }, outputs: valuesOf('declared value', ['symbols']) },
        },
      },
    },
  },
  statusFunctions: false,
};

/** Each problem as `code at "the marked text": message | fix`. */
function told(source: string, checked: ReturnType<typeof checkExpression>): string[] {
  return checked.problems.map(
    ({ code, offset, length, message, fix }) =>
      `${code} at ${source.slice(offset, offset + length)}: ${message} | ${fix ?? ''}`,
  );
}

test.each([
  'params.date',
  "formatDate(params.half, 'yyyyMM') == '202101' && params['top'] > 3",
  'needs.list.outputs.symbols',
  "needs['prices'].result",
  'inputs.anything.at.all',
  'PARAMS.DATE',
  'toJSON(params)',
  'params.*',
  'params[matrix.venue]',
  "case(true, 'a', 'b')",
])('%s is right', (source) => {
  expect(checkExpression(source, scope).problems).toEqual([]);
});

test.each([
  ['params.dat', 'unknown-member at dat: `params` has no param `dat` | Did you mean `date`?'],
  ["params['dat']", "unknown-member at 'dat': `params` has no param `dat` | Did you mean `date`?"],
  ['params.zzz', 'unknown-member at zzz: `params` has no param `zzz` | Known params: `date`, `half`, `top`.'],
  [
    'params.date.year',
    'unknown-member at year: `params.date` is a plain value: it has no `year` | Write `params.date`.',
  ],
  [
    'params.top-1',
    'unknown-member at top-1: `params` has no param `top-1` | `-` is part of a name: there is no subtraction. Write addDays(params.top, -1).',
  ],
  ['needs.pries.result', 'unknown-member at pries: `needs` has no need `pries` | Did you mean `prices`?'],
  [
    'needs.list.outputs.symbol',
    'unknown-member at symbol: `needs.list.outputs` has no declared value `symbol` | Did you mean `symbols`?',
  ],
  [
    'needs.prices.outputs.rows',
    'unknown-member at outputs: prices has several instances here | Read its files.',
  ],
  ['param.date', 'unknown-context at param: there is no `param` to read here | Did you mean `params`?'],
  ['date', 'unknown-context at date: there is no `date` to read here | Write `params.date`.'],
  [
    'env.HOME',
    'unknown-context at env: there is no `env` to read here | A script reads its environment itself, as "$NAME".',
  ],
  [
    'secrets.KEY',
    'unknown-context at secrets: there is no `secrets` to read here | A script gets secrets as environment variables: list them under `secrets`.',
  ],
  [
    "formatdat(params.date, 'yyyy')",
    'unknown-function at formatdat: there is no function `formatdat` | Did you mean `formatDate`?',
  ],
  [
    'hashFiles(1)',
    'unknown-function at hashFiles: there is no function `hashFiles` | Name the files under `files`: their content enters the fingerprint.',
  ],
  [
    'always()',
    'status-function at always: always() can only be called in `if` | A task whose `if` calls it runs once, after its needs.',
  ],
  [
    'formatDate(params.date)',
    'function-arguments at formatDate: formatDate() has too few arguments | Write formatDate(time, pattern).',
  ],
  ['lower(1, 2)', 'function-arguments at lower: lower() has too many arguments | Write lower(text).'],
  [
    "params.date + 'x'",
    "expression-operator at +: there is no `+` in expressions | Join texts by format('{0}-{1}', a, b). For times there are addHours, addDays, addMonths and addYears.",
  ],
  [
    "'a'+'b'",
    "expression-operator at +: there is no `+` in expressions | Join texts by format('{0}-{1}', a, b). For times there are addHours, addDays, addMonths and addYears.",
  ],
  [
    'params.top * 2',
    'expression-operator at *: there is no `*` between values | For times there are addHours, addDays, addMonths and addYears. Calculate in the script.',
  ],
  ["params.date = 'a'", 'expression-operator at =: there is no `=` in expressions | Compare by `==`.'],
  ['params.date == "a"', "expression-operator at \": texts stand in single quotes | Write 'text'."],
  [
    "params.top ? 'a' : 'b'",
    "expression-operator at ?: there is no `? :` in expressions | Write condition && 'a' || 'b'.",
  ],
  [
    "lower('a",
    "expression-syntax at 'a: this text is not closed | Close it with `'`; a quote inside is written twice: 'it''s'.",
  ],
  ["lower('a'", "expression-syntax at ': the expression ends too early | "],
  ['params.', 'expression-syntax at .: the expression ends too early | '],
  ["params.top 'b'", "expression-syntax at 'b': `'b'` is not expected here | "],
  ['  ', 'expression-syntax at   : the expression is empty | Write one, such as `params.date`.'],
])('%s: %s', (source, problem) => {
  expect(told(source, checkExpression(source, scope))).toEqual([problem]);
});

test('all mistakes of an expression are told at once, in order', () => {
  const source = "nope(params.dat, matrix.venu, lower(needs.x.result), 'a\n''b''', params.tip)";
  expect(told(source, checkExpression(source, scope)).map((each) => each.split(':')[0])).toEqual([
    'unknown-function at nope',
    'unknown-member at dat',
    'unknown-member at venu',
    'unknown-member at x',
    'unknown-member at tip',
  ]);
});

describe('templates', () => {
  test('mistakes are placed in the whole text', () => {
    const template = "a ${{ params.date }} b ${{ params.dat }} ${{ '}}' }} ${{ nope() }}";
    expect(told(template, checkTemplate(template, scope)).map((each) => each.split(':')[0])).toEqual([
      'unknown-member at dat',
      'unknown-function at nope',
    ]);
  });
  test('an open expression is told, with the quote that may have opened it', () => {
    const template = 'a ${{ params.date ';
    expect(told(template, checkTemplate(template, scope))).toEqual([
      "expression-syntax at ${{: `${{` is not closed by `}}` | Close it; a `'` before it opens a text that must be closed too.",
    ]);
  });
  test('braces without a dollar are a warning', () => {
    const template = 'x {{ params.date }} {{ jinja.x }} ${{ params.top }}';
    expect(told(template, checkTemplate(template, scope))).toEqual([
      'not-evaluated at {{ params.date }}: `{{ }}` without `$` is plain text | Write `${{ params.date }}`.',
    ]);
  });
  test('a plain text has nothing to check', () => {
    expect(checkTemplate('plain }} text', scope)).toEqual({ problems: [], reads: [], status: [] });
  });
});

describe('conditions', () => {
  const withStatus = { ...scope, statusFunctions: true };
  test('status functions are facts', () => {
    const checked = checkCondition('always() && needs.list.result && (FAILURE() || params.date)', withStatus);
    expect(checked).toEqual({
      problems: [],
      reads: [
        ['needs', 'list', 'result'],
        ['params', 'date'],
      ],
      status: ['always', 'failure'],
    });
  });
  test('one expression may stand in braces', () => {
    const text = ' ${{ params.dat }} ';
    expect(told(text, checkCondition(text, withStatus))[0]).toContain('unknown-member at dat');
  });
  test('text around the braces would make it always true', () => {
    const text = '${{ params.top }} == 3';
    expect(told(text, checkCondition(text, withStatus))[0]).toContain('would always be true');
  });
});

test('what is read is told as it is spelt in the scope', () => {
  expect(checkTemplate('${{ PARAMS.Date }}${{ matrix[params.top] }}${{ params.* }}', scope).reads).toEqual([
    ['params', 'date'],
    ['matrix'],
    ['params', 'top'],
    ['params'],
  ]);
});

test('no text makes a check throw', () => {
  const piece = fc.constantFrom(
    'params',
    '.',
    'date',
    '(',
    ')',
    '[',
    ']',
    "'",
    '*',
    '!',
    '&&',
    '||',
    '==',
    ' ',
    '\n',
    '1',
    '+',
    '${{',
    '}}',
    'format',
    ',',
    'constructor',
    '__proto__',
    '"',
    '\u00a0',
    'é',
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(piece).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(text, (source) => {
      for (const check of [checkExpression, checkTemplate, checkCondition]) {
        for (const problem of check(source, scope).problems) {
          expect(problem.offset).toBeGreaterThanOrEqual(0);
          expect(problem.length).toBeGreaterThan(0);
        }
      }
    }),
    { numRuns: 1000 },
  );
}, 60_000);

test.each([
  ['('.repeat(3000)],
  ['!'.repeat(3000)],
  [`${'a=='.repeat(1300)}a`],
  ['lower('.repeat(600)],
  ['params.a'.padEnd(5000, 'b')],
])('an expression without measure is refused', (source) => {
  expect(checkExpression(source, scope).problems.length).toBeGreaterThan(0);
});

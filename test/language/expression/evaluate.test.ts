import { expect, test } from 'vitest';
import {
  evaluateCondition,
  evaluateTemplate,
  evaluateValue,
} from '../../../runner/language/expression/evaluate.ts';
import type { Contexts } from '../../../runner/language/expression/evaluate.ts';
import { FUNCTIONS } from '../../../runner/language/expression/functions.ts';

const contexts: Contexts = {
  params: {
    date: '2021-01-29',
    half: '2021-02-01',
    top: 50,
    full: true,
    hour: '2021-01-29T23',
    month: '2021-01',
    year: '2021',
  },
  matrix: { venue: 'nyse', level: 3 },
  inputs: { url: 'https://example.org' },
  needs: {
    list: { result: 'success', outputs: { symbols: '["A","B"]' } },
    'short-volume': { result: 'skipped' },
  },
};

test.each([
  ['plain', 'plain'],
  ['https://x/${{ params.date }}.csv', 'https://x/2021-01-29.csv'],
  ['${{ params.date }}-${{matrix.venue}}', '2021-01-29-nyse'],
  [
    "cnsfails${{ formatDate(params.half, 'yyyyMM') }}${{ endsWith(params.half, '-01') && 'a' || 'b' }}",
    'cnsfails202102a',
  ],
  ['${{ params.top }} ${{ params.full }}', '50 true'],
  ["${{ needs['short-volume'].result }}", 'skipped'],
  ['${{ PARAMS.Date }}', '2021-01-29'],
  ["${{ '}}' }}", '}}'],
  ["${{ '${{' }}", '${{'],
  ["${{ 'it''s a ''quote''' }}", "it's a 'quote'"],
  ['${{ matrix.absent }}', ''],
  ["${{ 1e-20 }} ${{ fromJSON('[1e-20]')[0] }}", '1e-20 1e-20'],
  ['${{ fromJSON(\'{"constructor": 5}\').constructor }}', '5'],
  ["${{ format('{0}', 'a\nb') }}|${{ params.top }}", 'a\nb|50'],
])('the template %j is %j', (template, text) => {
  expect(evaluateTemplate(template, contexts)).toBe(text);
});

test('a value that holds an expression is never evaluated again', () => {
  const params = { date: '${{ params.secret }}', secret: 'x' };
  expect(evaluateTemplate('a ${{ params.date }}', { params })).toBe('a ${{ params.secret }}');
  expect(evaluateValue('${{ params.date }}', { params })).toBe('${{ params.secret }}');
});

test.each([
  ['${{ params.top }}', 50],
  [' ${{ params.full }} ', true],
  ['${{ fromJSON(needs.list.outputs.symbols) }}', ['A', 'B']],
  ['${{ fromJSON(\'{"a": [1, null]}\') }}', { a: [1, null] }],
  ['${{ params.top }}0', '500'],
  ['50', '50'],
])('the value of %j keeps its type', (template, value) => {
  expect(evaluateValue(template, contexts)).toEqual(value);
});

test.each([
  ['weekday(params.date) == 5', true],
  ['${{ params.top > 50 }}', false],
  ["params.full && matrix.venue == 'NYSE'", true],
  ["needs.list.result == 'success' && !contains(needs.list.outputs.symbols, 'C')", true],
  ["''", false],
  ['params.absent', false],
])('the condition %j is %j', (condition, holds) => {
  expect(evaluateCondition(condition, contexts)).toBe(holds);
});

test.each([
  ['always()', { failure: true, cancelled: true }, true],
  ['failure()', { failure: true, cancelled: false }, true],
  ['success()', { failure: true, cancelled: false }, false],
  ['success()', { failure: false, cancelled: false }, true],
  ['cancelled() || failure()', { failure: false, cancelled: true }, true],
])('%s with %j is %j', (condition, status, holds) => {
  expect(evaluateCondition(condition, { params: {}, status })).toBe(holds);
});

test.each(FUNCTIONS.map(({ example }) => [example.call, example.result]))(
  '%s is %s, as the reference says',
  (call, result) => {
    expect(evaluateTemplate(`\${{ ${call} }}`, contexts)).toBe(result);
  },
);

test.each([
  ["addDays('2021-02-28', 1)", '2021-03-01'],
  ["addDays('2020-02-28', 1)", '2020-02-29'],
  ['addDays(params.hour, 1)', '2021-01-30T23'],
  ["addHours('2021-12-31T23', 1)", '2022-01-01T00'],
  ["addMonths('2021-03-31', -1)", '2021-02-28'],
  ["addMonths('2021-11', 3)", '2022-02'],
  ["addMonths('2021-01-15T05', 12)", '2022-01-15T05'],
  ['addYears(params.year, -1)', '2020'],
  ["addDays('0099-12-31', 1)", '0100-01-01'],
  ["weekday('2021-01-31')", '7'],
  ["endOfMonth('2000-02-10')", '2000-02-29'],
  ["endOfMonth('1900-02-10')", '1900-02-28'],
  [
    "formatDate('2021-01-05T07', 'yy-M-d''T''H EEE DDD Q MMM ''o''''clock''')",
    "21-1-5T7 Tue 005 1 Jan o'clock",
  ],
  ["formatDate(params.month, 'MMMM yyyy')", 'January 2021'],
  ["formatDate('2021-01-01', 'YYYY-''W''ww EEE')", '2020-W53 Fri'],
  ["formatDate('2021-W04', 'YYYY/w')", '2021/4'],
  ["formatDate('2021-W04', 'YYYY')", '2021'],
  ["formatDate('2021-05-29', 'yyyy-''Q''Q')", '2021-Q2'],
  ["formatDate('2021-01-29T13:05', 'yyyyMMdd''T''HHmm m')", '20210129T1305 5'],
  ["year('2020-W53')", '2020'],
  ["week('2020-12-31T23:30')", '53'],
  ["addWeeks('2021-W01', -1)", '2020-W53'],
  ["addWeeks('2021-02-26', 1)", '2021-03-05'],
  ["addQuarters('2021-Q1', -5)", '2019-Q4'],
  ["addYears('2021-Q1', 1)", '2022-Q1'],
  ["addMinutes('2020-02-28T23:55', 10)", '2020-02-29T00:05'],
  ["addHours('2021-01-29T23:45', 1)", '2021-01-30T00:45'],
  ["startOfWeek('2021-01-01')", '2020-12-28'],
  ["endOfWeek('2020-W53')", '2021-01-03'],
  ["endOfQuarter('2020-Q1')", '2020-03-31'],
  ["replace('a.b.c', '.', '')", 'abc'],
  ['max(params.top, 3, 60)', '60'],
])('%s is %s', (call, result) => {
  expect(evaluateTemplate(`\${{ ${call} }}`, contexts)).toBe(result);
});

test.each([
  ["formatDate('2021-02-30', 'yyyy')", 'there is no date "2021-02-30"'],
  ["formatDate('yesterday', 'yyyy')", 'expected a time such as 2021-01-29'],
  ["formatDate(params.date, 'YYYY-MM-DD')", '`YYYY` in a pattern is the year of the week: write `yyyy`'],
  ["formatDate(params.date, 'yyyy-mm')", '2021-01-29 is a date: it has no minute (m); `MM` is the month'],
  [
    "formatDate(params.date, 'yyyy-ww')",
    '`yyyy` in a pattern is the calendar year: beside `ww` write `YYYY`',
  ],
  ["formatDate('2021-W04', 'yyyy')", '2021-W04 is a week: it has no calendar year (y): write `YYYY`'],
  ["formatDate('2021-W04', 'MM')", 'it has no month (M): take startOfWeek(…) or endOfWeek(…) of it'],
  ["formatDate('2021-Q1', 'MM')", '2021-Q1 is a quarter: it has no month (M)'],
  ["formatDate('2021-W54', 'ww')", 'there is no week "2021-W54"'],
  ["formatDate('2021-W00', 'ww')", 'there is no week "2021-W00"'],
  ["formatDate('2021-Q5', 'Q')", 'there is no quarter "2021-Q5"'],
  ["formatDate('2021-01-29T13:60', 'mm')", 'there is no minute "2021-01-29T13:60"'],
  ["addDays('2021-W04', 1)", '2021-W04 is a week: it has no days'],
  ["addYears('2021-W04', 1)", '2021-W04 is a week: it has no years'],
  ["addMonths('2021-Q1', 1)", '2021-Q1 is a quarter: it has no months'],
  ["addWeeks('2021-01', 1)", '2021-01 is a month: it has no weeks'],
  ["formatDate(params.month, 'yyyyMMdd')", '2021-01 is a month: it has no day (d)'],
  ["formatDate(params.date, 'HH')", '2021-01-29 is a date: it has no hour (H)'],
  ["formatDate(params.date, 'yyyy''T')", 'the quote before T is not closed'],
  ["formatDate(params.date, 'week')", 'means nothing in a pattern'],
  ['addDays(params.month, 1)', '2021-01 is a month: it has no days'],
  ['addMonths(params.year, 1)', '2021 is a year: it has no months'],
  ["addDays(params.date, 'x')", 'expected days as a whole number, found "x"'],
  ['addDays(params.date, 1.5)', 'expected days as a whole number, found 1.5'],
  ["addYears('9999', 1)", 'the year 10000 is out of range'],
  ["addDays('2021-01-01', 99999999999)", 'out of range'],
  ["fromJSON('[')", 'expected JSON, found "["'],
  ['fromJSON(\'["9007199254740993", 9007199254740993]\')[0]', 'it would become 9007199254740992'],
  ['1234567890123456789', 'it would become 1234567890123456800'],
  ["max(1, 'a')", 'expected only numbers or only texts, found 1, "a"'],
  ["replace('a', '', 'b')", 'found an empty text'],
  ["fromJSON('[1]')", 'found a list or an object; write toJSON(…) or join(…)'],
  ["format('{1}', 'a')", 'references more arguments than were supplied'],
  ['nope(1)', 'there is no function `nope` here'],
  ['constructor(1)', 'there is no function `constructor` here'],
  ['always()', 'there is no function `always` here'],
  ['params.', 'the expression ends too early'],
])('%s fails in words: %s', (call, message) => {
  expect(() => evaluateTemplate(`\${{ ${call} }}`, contexts)).toThrow(message);
  expect(() => evaluateTemplate(`\${{ ${call} }}`, contexts)).toThrow(`\${{ ${call} }}: `);
});

test('names that every object has by nature are names like any other', () => {
  const params = { constructor: 'a', tostring: 'b' };
  expect(evaluateTemplate('${{ params.constructor }}${{ params.toString }}', { params })).toBe('ab');
  expect(evaluateTemplate('${{ params.constructor }}', { params: {} })).toBe('');
});

test.each([
  ['format', nested("format('{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}', ", 40), 'more than 1,048,576 characters'],
  [
    'join',
    `join(fromJSON('[${'1,'.repeat(1500)}1]'), ${nested("format('{0}{0}', ", 18)})`,
    'more than 1,048,576',
  ],
  ['replace', nested("replace('aaaaaaaaaa', 'a', ", 40), 'more than 1,048,576 characters'],
  ['toJSON', nested('toJSON(', 40, `'"'`), 'more than 1,048,576 characters'],
  ['format of what is no template', "format(needs.big.outputs.text, '')", 'format string'],
  [
    'fromJSON of a long text',
    'fromJSON(needs.big.outputs.long)',
    'at most 1,048,576 characters, found 1,048,577',
  ],
  ['fromJSON of a deep text', 'fromJSON(needs.big.outputs.deep)', 'at most 100 levels'],
  [
    'fromJSON of a long number',
    'fromJSON(needs.big.outputs.digits)',
    '(1000000 characters), which is beyond the largest number',
  ],
])('what grows without end is refused shortly: %s', (_, expression, words) => {
  const outputs = {
    text: `{${'a'.repeat(1_000_000)}`,
    long: `"${'a'.repeat(2 ** 20 - 1)}"`,
    deep: '['.repeat(101) + ']'.repeat(101),
    digits: '9'.repeat(1_000_000),
  };
  const big: Contexts = { params: {}, needs: { big: { result: 'success', outputs } } };
  const failure = messageIn(() => evaluateTemplate(`\${{ ${expression} }}`, big));
  expect(failure).toContain(words);
  expect(failure.length).toBeLessThan(800);
});

test('a text of many expressions ends somewhere too', () => {
  const outputs = { text: 'a'.repeat(2 ** 19) };
  const big: Contexts = { params: {}, needs: { big: { result: 'success', outputs } } };
  const template = '${{ needs.big.outputs.text }}';
  expect(evaluateTemplate(template.repeat(2), big)).toHaveLength(2 ** 20);
  expect(messageIn(() => evaluateTemplate(template.repeat(1000), big))).toContain('more than 1,048,576');
});

function nested(call: string, times: number, innermost = "'aa'"): string {
  return `${call.repeat(times)}${innermost}${')'.repeat(times)}`;
}

function messageIn(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  throw new Error('expected it to be refused');
}

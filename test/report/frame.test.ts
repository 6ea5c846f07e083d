import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { Problem } from '../../runner/model/problem.ts';
import { cleaned } from '../../runner/report/cleaned.ts';
import { formatProblem, formatProblems } from '../../runner/report/frame.ts';

const problem: Problem = {
  severity: 'error',
  code: 'unknown-key',
  file: 'pipelines/score.yaml',
  line: 12,
  column: 5,
  length: 4,
  source: '    need: prices',
  message: 'a task has no key `need`',
  fix: 'Did you mean `needs`?',
};
const plain = { color: false };

test('a problem shows its place, the line with a caret, and what to do', () => {
  expect(formatProblem(problem, plain)).toBe(
    [
      'error[unknown-key] pipelines/score.yaml:12:5: a task has no key `need`',
      '  12 |     need: prices',
      '     |     ^^^^',
      '  fix: Did you mean `needs`?',
    ].join('\n'),
  );
});

test('what is not known is left out', () => {
  expect(formatProblem({ severity: 'warning', code: 'odd', message: 'this is odd' }, plain)).toBe(
    'warning[odd]: this is odd',
  );
  expect(formatProblem({ severity: 'error', code: 'x', file: 'a.yaml', message: 'm' }, plain)).toBe(
    'error[x] a.yaml: m',
  );
  expect(formatProblem({ severity: 'error', code: 'x', file: 'a.yaml', line: 3, message: 'm' }, plain)).toBe(
    'error[x] a.yaml:3: m',
  );
});

test('several end with their number', () => {
  const warning = { ...problem, severity: 'warning' } as const;
  expect(formatProblems([], plain)).toBe('');
  expect(formatProblems([problem], plain).split('\n').at(-1)).toBe('1 error');
  expect(formatProblems([problem, problem, warning], plain).split('\n').at(-1)).toBe('2 errors, 1 warning');
});

test('colour only where it is asked for', () => {
  expect(formatProblem(problem, plain)).not.toContain('\u001B');
  const colored = formatProblem(problem, { color: true });
  expect(cleaned(colored)).toContain('\u001B[31m');
  expect(cleaned(formatProblem({ ...problem, severity: 'warning' }, { color: true }))).toContain(
    '\u001B[33m',
  );
});

/** The text above the carets. */
function marked(source: string, column: number, length: number, width?: number): string {
  const options = width === undefined ? plain : { ...plain, width };
  const lines = formatProblem({ ...problem, line: 1, source, column, length }, options).split('\n');
  const [line = '', carets = ''] = lines.slice(1, 3);
  const from = carets.indexOf('^');
  const to = carets.lastIndexOf('^') + 1;
  let at = 0;
  let found = '';
  for (const character of line) {
    if (at >= from && at < to) found += character;
    at += stringWidth(character);
  }
  return found;
}

test.each([
  ['tabs', '\t\tneed: x', 3, 4, 'need'],
  ['East Asian text', 'name: 日本 need', 10, 4, 'need'],
  ['emoji', "'🚀': need", 7, 4, 'need'],
  ['the end of the line', 'a: b', 5, 1, ''],
])('carets stand below what is marked, after %s', (_name, source, column, length, text) => {
  expect(marked(source, column, length)).toBe(text);
});

test('a long line is cut around the caret', () => {
  const source = `run: ${'x'.repeat(500)} NEEDLE ${'y'.repeat(500)}`;
  expect(marked(source, 507, 6, 60)).toBe('NEEDLE');
  const line =
    formatProblem({ ...problem, source, column: 507, length: 6 }, { ...plain, width: 60 }).split('\n')[1] ??
    '';
  expect(line).toMatch(/\| …x+ NEEDLE y+…$/);
  expect(line.length).toBeLessThanOrEqual(60 + 7);
  const start =
    formatProblem({ ...problem, source, column: 1, length: 3 }, { ...plain, width: 60 }).split('\n')[1] ?? '';
  expect(start).toMatch(/\| run: x+…$/);
  const end =
    formatProblem({ ...problem, source, column: 1014, length: 1 }, { ...plain, width: 60 }).split('\n')[1] ??
    '';
  expect(end).toMatch(/\| …y+$/);
});

test('what stands in a file cannot steer the terminal', () => {
  const source = 'a: \u001B[2Jx\u202Ey';
  const text = formatProblem(
    { ...problem, source, message: `found ${source}`, fix: source, file: source },
    plain,
  );
  expect(text).not.toContain('\u001B');
  expect(text).not.toContain('\u202E');
});

test('no line and no place makes the frame fail or wider than asked', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.nat(320),
      fc.nat(320),
      (source, column, length) => {
        const [, line = ''] = formatProblem(
          { ...problem, source, column: column + 1, length: length + 1 },
          { ...plain, width: 80 },
        ).split('\n');
        expect(stringWidth(line)).toBeLessThanOrEqual(80 + 8);
      },
    ),
  );
});

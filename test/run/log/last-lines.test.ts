import { expect, test } from 'vitest';
import { createLastLines, STDERR_APART } from '../../../runner/run/log/last-lines.ts';

type Piece = readonly ['stdout' | 'stderr', string];

function composed(pieces: readonly Piece[]): readonly string[] {
  const lines = createLastLines();
  for (const [stream, text] of pieces) lines.push(stream, Buffer.from(text));
  return lines.compose();
}

function numbered(count: number, word = 'line'): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${word} ${n}`);
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const traceback = ['Traceback (most recent call last):', '  File "a.py", line 3', 'ValueError: boom'];

test('lines of both streams stay in the order in which they came, as long as the end of stderr is in sight', () => {
  expect(
    composed([
      ['stdout', 'one\ntwo\n'],
      ['stderr', text(traceback)],
    ]),
  ).toEqual(['one', 'two', ...traceback]);
  expect(
    composed([
      ['stderr', 'warning\n'],
      ['stdout', 'one\n'],
    ]),
  ).toEqual(['warning', 'one']);
  expect(composed([['stdout', text(numbered(100))]])).toEqual(numbered(100).slice(-20));
});

// As Docker 20.10 told `python -u` that printed 40 lines and failed: all of stderr first, then all of stdout.
test('an error that the engine told before all of stdout stands at the end', () => {
  const lines = composed([
    ['stderr', text(traceback)],
    ['stdout', text(numbered(40))],
  ]);
  expect(lines).toEqual([...numbered(40).slice(-16), STDERR_APART, ...traceback]);
});

test('an error that was torn apart by stdout stands together at the end', () => {
  const torn = traceback.flatMap((line): Piece[] => [
    ['stderr', `${line}\n`],
    ['stdout', text(numbered(6))],
  ]);
  expect(composed(torn).slice(-4)).toEqual([STDERR_APART, ...traceback]);
  expect(composed(torn).filter((line) => line === traceback[0])).toHaveLength(1);
});

test('whoever shows only three lines sees the last of stderr', () => {
  const lines = composed([
    ['stderr', 'boom\n'],
    ['stdout', text(numbered(3))],
  ]);
  expect(lines.slice(-3)).toEqual(['line 2', STDERR_APART, 'boom']);
});

test('of a long stderr the last six lines are certain, and no more than twenty lines in all', () => {
  const lines = composed([
    ['stderr', text(numbered(50, 'error'))],
    ['stdout', text(numbered(50))],
  ]);
  expect(lines).toHaveLength(20);
  expect(lines.slice(-7)).toEqual([STDERR_APART, ...numbered(50, 'error').slice(-6)]);
});

test('empty lines at the end of stderr are not its end', () => {
  const lines = composed([
    ['stderr', 'boom\n\n\n'],
    ['stdout', text(numbered(30))],
  ]);
  expect(lines.slice(-2)).toEqual([STDERR_APART, 'boom']);
});

test('a progress bar shows as a person saw it, and a very long line its beginning', () => {
  expect(composed([['stdout', 'start\r\n1 %\r2 %\r99 %\r\nboom\n']])).toEqual(['start', '99 %', 'boom']);
  expect(composed([['stderr', `${'x'.repeat(5_000)}\n`]])).toEqual([
    `${'x'.repeat(4_096)} … 904 bytes more in the log`,
  ]);
});

test('lines are whole however small the writes were', () => {
  expect(composed(numbered(100).map((line): Piece => ['stdout', `${line}\n`]))).toEqual(
    numbered(100).slice(-20),
  );
});

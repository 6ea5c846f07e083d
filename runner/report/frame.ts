import type { Problem } from '../model/problem.ts';
import { cleaned } from './cleaned.ts';
import { clip, widthOf } from './frame/columns.ts';
import { createPaint } from './paint.ts';

export interface FrameOptions {
  readonly color: boolean;
  /** Columns that a line of the file may take; default 100. */
  readonly width?: number;
}

/**
 * A problem with its place, the line and what to do:
 *
 *     error[unknown-key] pipelines/score.yaml:12:5: a task has no key `need`
 *       12 |     need: prices
 *          |     ^^^^
 *       fix: Did you mean `needs`?
 */
export function formatProblem(problem: Problem, options: FrameOptions): string {
  const { bold, red, yellow, cyan } = createPaint(options.color);
  const paint = problem.severity === 'error' ? red : yellow;
  const label = bold(paint(`${problem.severity}[${problem.code}]`));
  const place = placeOf(problem);
  const head = `${label}${place === '' ? '' : ` ${bold(place)}`}: ${indented(problem.message)}`;
  const fix = problem.fix === undefined ? [] : [`  ${cyan('fix:')} ${indented(problem.fix)}`];
  return [head, ...frameOf(problem, options), ...fix].join('\n');
}

/** All of them, parted by blank lines, with their number at the end. */
export function formatProblems(problems: readonly Problem[], options: FrameOptions): string {
  if (problems.length === 0) return '';
  const { bold } = createPaint(options.color);
  return [...problems.map((problem) => formatProblem(problem, options)), bold(countOf(problems))].join(
    '\n\n',
  );
}

/** The same for who prints it by other ways than ours. */
export function printableProblems(problems: readonly Problem[], options: FrameOptions): string {
  return cleaned(formatProblems(problems, options));
}

function countOf(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const counts = [counted(errors, 'error'), counted(problems.length - errors, 'warning')];
  return counts.filter((count) => count !== '').join(', ');
}

function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function placeOf({ file, line, column }: Problem): string {
  if (file === undefined) return '';
  const name = visible(file.replaceAll('\n', '\uFFFD'));
  if (line === undefined) return name;
  return column === undefined ? `${name}:${String(line)}` : `${name}:${String(line)}:${String(column)}`;
}

function frameOf({ severity, source, line, column, length = 1 }: Problem, options: FrameOptions): string[] {
  if (source === undefined || line === undefined || column === undefined) return [];
  const { dim, red, yellow } = createPaint(options.color);
  const { before, marked, after } = clip(source, column - 1, length, options.width ?? 100);
  const number = String(line);
  const gutter = (text: string): string => dim(`  ${text.padStart(number.length)} |`);
  const paint = severity === 'error' ? red : yellow;
  const carets = '^'.repeat(Math.max(1, widthOf(marked)));
  return [
    `${gutter(number)} ${before}${marked}${after}`.trimEnd(),
    `${gutter('')} ${' '.repeat(widthOf(before))}${paint(carets)}`,
  ];
}

/** What follows a line end of a message can't be taken for a message of its own. */
function indented(text: string): string {
  return visible(text).replaceAll(/\n(?=[^\n])/g, '\n    ');
}

/** What a file's author wrote must not steer the reader's terminal; line ends are kept. */
function visible(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

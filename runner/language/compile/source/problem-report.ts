import { unlimited } from '../../budget.ts';
import type { Budget } from '../../budget.ts';
import type { Problem } from '../../../model/problem.ts';
import type { Node, Place } from './node.ts';
import type { ProblemCode } from './problem-code.ts';

/** Collects what is wrong. A mistake in a file that several tasks share is kept once. */
export interface ProblemReport {
  error(at: Node | Place | WholeFile, code: ProblemCode, message: string, options?: Told): void;
  warning(at: Node | Place | WholeFile, code: ProblemCode, message: string, options?: Told): void;
  add(problems: readonly Problem[]): void;
  /** Whether an error stands in these lines of a file; `to` is exclusive. */
  hasErrorIn(file: string, from: number, to: number): boolean;
  readonly problems: readonly Problem[];
  /** Asked in every long loop of compiling. */
  readonly budget: Budget;
}

/** A mistake that is in no particular line. */
export interface WholeFile {
  readonly file: string;
  readonly whole: true;
}

export interface Told {
  readonly fix?: string;
  /** Point at the key, not at its value. */
  readonly at?: 'key' | 'value';
}

export function createProblemReport(budget: Budget = unlimited): ProblemReport {
  const kept = new Map<string, Problem>();
  const counts = { error: 0, warning: 0 };
  const keep = (found: Problem): void => {
    if (counts[found.severity] >= MAX_PROBLEMS) return;
    const problem = {
      ...found,
      message: shortened(found.message),
      ...(found.fix !== undefined && { fix: shortened(found.fix) }),
    };
    const identity = JSON.stringify([
      problem.file,
      problem.line,
      problem.column,
      problem.code,
      problem.message,
    ]);
    if (kept.has(identity)) return;
    kept.set(identity, problem);
    counts[found.severity] += 1;
  };
  const tell =
    (severity: Problem['severity']) =>
    (at: Node | Place | WholeFile, code: ProblemCode, message: string, options: Told = {}): void => {
      if (counts[severity] >= MAX_PROBLEMS) return;
      keep({
        severity,
        code,
        ...('whole' in at ? { file: at.file } : placeOf(at, options.at ?? 'value')),
        message,
        ...(options.fix === undefined ? {} : { fix: options.fix }),
      });
    };
  return {
    error: tell('error'),
    warning: tell('warning'),
    add: (problems) => problems.forEach(keep),
    hasErrorIn: (file, from, to) =>
      [...kept.values()].some(
        ({ severity, line, ...problem }) =>
          severity === 'error' && problem.file === file && line !== undefined && line >= from && line < to,
      ),
    budget,
    get problems() {
      return [...kept.values()];
    },
  };
}

/** Beyond it nobody reads on; the first ones are mended first. */
const MAX_PROBLEMS = 200;
/** A message may quote what is written, and that has no end. */
const MAX_MESSAGE = 1000;

function shortened(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
}

export function placeOf(at: Node | Place, which: 'key' | 'value' = 'value'): Place {
  if (!('document' in at)) return at;
  const { file, line, column, length, source } = at.document.positionOf(at.path, which);
  return { file, line, column, length, source };
}

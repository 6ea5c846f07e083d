import type { Problem } from '../../model/problem.ts';
import type { Node, Place } from './node.ts';
import type { ProblemCode } from './problem-code.ts';

/** Collects what is wrong. A mistake in a file that several tasks share is kept once. */
export interface Report {
  error(at: Node | Place, code: ProblemCode, message: string, options?: Told): void;
  warning(at: Node | Place, code: ProblemCode, message: string, options?: Told): void;
  add(problems: readonly Problem[]): void;
  readonly problems: readonly Problem[];
}

export interface Told {
  readonly fix?: string;
  /** Point at the key, not at its value. */
  readonly at?: 'key' | 'value';
}

export function createReport(): Report {
  const kept = new Map<string, Problem>();
  const keep = (problem: Problem): void => {
    const identity = JSON.stringify([
      problem.file,
      problem.line,
      problem.column,
      problem.code,
      problem.message,
    ]);
    if (!kept.has(identity)) kept.set(identity, problem);
  };
  const tell =
    (severity: Problem['severity']) =>
    (at: Node | Place, code: ProblemCode, message: string, options: Told = {}): void => {
      const { file, line, column, length, source } = placeOf(at, options.at ?? 'value');
      keep({
        severity,
        code,
        file,
        line,
        column,
        length,
        source,
        message,
        ...(options.fix === undefined ? {} : { fix: options.fix }),
      });
    };
  return {
    error: tell('error'),
    warning: tell('warning'),
    add: (problems) => problems.forEach(keep),
    get problems() {
      return [...kept.values()];
    },
  };
}

export function placeOf(at: Node | Place, which: 'key' | 'value' = 'value'): Place {
  return 'document' in at ? at.document.positionOf(at.path, which) : at;
}

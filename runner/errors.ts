import type { Cause } from './model/cause.ts';
import type { Problem } from './model/problem.ts';

/** Exit statuses of the command line; see the design's table. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  incomplete: 3,
  unreachable: 4,
  interrupted: 130,
} as const;

/** Where several hold, the first of these is the exit status. */
const FIRST_OF: readonly number[] = [
  EXIT.interrupted,
  EXIT.usage,
  EXIT.unreachable,
  EXIT.failed,
  EXIT.incomplete,
];

export function worstOf(statuses: Iterable<number>): number {
  const all = new Set(statuses);
  return FIRST_OF.find((status) => all.has(status)) ?? EXIT.ok;
}

/** Usage or files are wrong: all problems at once. Exit 2. */
export class ProblemsError extends Error {
  override readonly name = 'ProblemsError';
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join('\n'));
    this.problems = problems;
  }
}

/** One problem about what was asked. */
export function usageError(code: string, message: string, fix?: string): ProblemsError {
  return new ProblemsError([{ severity: 'error', code, message, ...(fix === undefined ? {} : { fix }) }]);
}

export type StoreErrorCode =
  | 'precondition-failed' // a conditional write lost
  | 'not-found'
  | 'store-unreachable'
  | 'store-denied'
  | 'store-full'
  | 'store-corrupt'
  | 'store-unsuitable'
  | 'store-schema'
  | 'path-taken' // a published path is another instance's
  | 'bad-key'; // a name that no store could hold: our own mistake, or a tampered record

/** From a store; `message` says what, where and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly key: string | undefined;
  constructor(code: StoreErrorCode, message: string, options: { key?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.key = options.key;
  }
}

/** What a store's failure means for the attempt that met it; `message` where more is known than the error says. */
export function causeOfStore(error: StoreError, message = error.message): Cause {
  switch (error.code) {
    case 'store-full':
      return { kind: 'store-full', message, transient: false };
    case 'store-unreachable':
      return { kind: 'store-error', message, transient: true };
    case 'precondition-failed':
    case 'not-found':
    case 'store-denied':
    case 'store-corrupt':
    case 'store-unsuitable':
    case 'store-schema':
    case 'path-taken':
    case 'bad-key':
      return { kind: 'store-error', message, transient: false };
  }
}

/** Of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export type EngineErrorCode = 'engine-unreachable' | 'engine-too-old' | 'engine-denied' | 'engine-error';

/** The engine cannot be used at all. Exit 4. What ends a single job is a `Cause`, not an error. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  /** The command to type, where it is known. */
  readonly fix: string | undefined;
  constructor(code: EngineErrorCode, message: string, options: { fix?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fix = options.fix;
  }
}

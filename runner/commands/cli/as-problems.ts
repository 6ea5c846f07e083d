import { EngineError, EXIT, ProblemsError, StoreError, messageOf, worstOf } from '../../errors.ts';
import type { Problem } from '../../model/problem.ts';
import { InterruptedError } from '../../app/interrupted.ts';
import { isOutOfFiles, OUT_OF_FILES } from './open-files.ts';
import { own } from '../../model/own.ts';

/** What a person is told of an error, and the exit status. */
export interface Told {
  readonly problems: readonly Problem[];
  readonly status: number;
}

export function asProblems(error: unknown): Told {
  if (error instanceof ProblemsError) return { problems: error.problems, status: EXIT.usage };
  if (error instanceof AggregateError) {
    const told = error.errors.map((one) => asProblems(one));
    return {
      problems: told.flatMap((one) => one.problems),
      // An error of nothing is an error all the same.
      status: told.length === 0 ? EXIT.failed : worstOf(told.map((one) => one.status)),
    };
  }
  if (error instanceof InterruptedError) return one(EXIT.interrupted, 'interrupted', error.message);
  if (error instanceof StoreError) return one(EXIT.unreachable, error.code, error.message);
  if (error instanceof EngineError) return one(EXIT.unreachable, error.code, error.message, error.fix);
  if (isOutOfFiles(error)) {
    const { code, message, fix } = OUT_OF_FILES;
    return one(EXIT.unreachable, code, message, fix);
  }
  const message = messageOf(error);
  const reason = fileTrouble(error);
  if (reason !== undefined) return one(EXIT.usage, 'file', reason);
  return one(
    EXIT.failed,
    'internal',
    `this is a defect of sluice: ${message}`,
    'run again with --debug for the stack trace',
  );
}

function one(status: number, code: string, message: string, fix?: string): Told {
  const problem = { severity: 'error', code, message } as const;
  return { problems: [fix === undefined ? problem : { ...problem, fix }], status };
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'a folder stands in the way',
  EEXIST: 'a file stands in the way',
  ENOTEMPTY: 'a folder stands in the way',
  ENAMETOOLONG: 'the name is too long',
};

/** A folder that a person named, or stands in, cannot be read or written: theirs to mend. */
function fileTrouble(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  const reason = own(REASONS, String(error.code));
  if (reason === undefined) return undefined;
  if (error.syscall === 'uv_cwd') return 'the current folder is gone: change to one that is there';
  const place = 'dest' in error ? error.dest : 'path' in error ? error.path : undefined;
  return typeof place === 'string' ? `${place}: ${reason}` : undefined;
}

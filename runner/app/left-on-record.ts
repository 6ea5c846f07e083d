import { ProblemsError } from '../errors.ts';
import type { AskedPipeline } from './asked-pipeline.ts';
import { whatIsRecorded } from './hand/clear.ts';
import { openReadingLedger } from './reading-ledger.ts';

/** As a request says that there is no such instance. */
const GONE: ReadonlySet<string> = new Set([
  'no-instance',
  'unknown-task',
  'unknown-param',
  'invalid-param',
  'before-start',
  'not-a-partition',
]);

/**
 * What went wrong in asking for one instance; where that is no more, and the store still has something of it, with what
 * that is and the command that takes it away.
 */
export async function withLeftOnRecord(
  error: unknown,
  { opened, options, target: { instance } }: AskedPipeline,
  open: typeof openReadingLedger = openReadingLedger,
): Promise<unknown> {
  if (!(error instanceof ProblemsError) || instance === undefined) return error;
  if (!error.problems.every(({ code }) => GONE.has(code))) return error;
  const left = await whatIsRecorded(await open(opened.project, options), instance);
  if (left === undefined) return error;
  return new ProblemsError(
    error.problems.map((problem, index) =>
      index > 0
        ? problem
        : {
            ...problem,
            message: `${problem.message}; the store still has of ${instance}: ${left}`,
            fix: `to take that away: sluice clear ${instance}`,
          },
    ),
  );
}

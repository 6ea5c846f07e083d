import { usageError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { objectOf } from '../ledger/records/expectation.ts';
import { requestFields } from '../ledger/records/request-fields.ts';
import { byHandWords } from '../model/hand.ts';
import type { PlanRequest } from '../model/plan.ts';
import { isRunId } from '../model/run-id.ts';

/**
 * What a run was asked for, as it stands on record: `latest` is the newest of today again, a range stays what it was.
 *
 * @throws ProblemsError where there is no such run, or none that a request made.
 */
export async function requestOfRun(ledger: Pick<Ledger, 'readRun'>, run: string): Promise<PlanRequest> {
  const record = isRunId(run) ? await ledger.readRun(run) : undefined;
  if (record === undefined)
    throw usageError('no-run', `there is no run ${run} in this store`, 'sluice status shows the last runs');
  if (record.by !== undefined)
    throw usageError(
      'no-request',
      `run ${run} ran nothing: its partitions were ${byHandWords(record.by)}`,
      'sluice status shows the last runs',
    );
  if (!isRequest(record.request) || record.request.pipeline !== record.pipeline)
    throw usageError(
      'no-request',
      `the record of run ${run} does not say what it was asked for`,
      'type it again: an earlier version wrote the record, or somebody has edited it',
    );
  return record.request;
}

const expectedRequest = objectOf(requestFields);

function isRequest(value: unknown): value is PlanRequest {
  return expectedRequest(value, 'request') === undefined;
}

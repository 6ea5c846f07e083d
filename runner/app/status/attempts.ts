import type { Ledger } from '../../ledger/ledger.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { ByHand } from '../../model/records.ts';
import { runOfAttempt } from '../../model/run-id.ts';
import type { ReportState } from '../../model/state.ts';

/** One attempt as the record of its run tells of it. */
export interface PastAttempt {
  readonly id: InstanceId;
  readonly attempt: string;
  readonly run: string;
  readonly state: ReportState;
  readonly reason: string;
  /** Of its run. */
  readonly startedAt: string;
  readonly seconds?: number;
  readonly exitCode?: number;
  readonly by?: ByHand;
}

/** At an instance, or at all of a task, in so many of the pipeline's last runs; newest first. */
export async function pastAttempts(
  ledger: Pick<Ledger, 'listRuns'>,
  { pipeline, path }: { readonly pipeline: string; readonly path: string },
  runs: number,
): Promise<readonly PastAttempt[]> {
  const records = await ledger.listRuns({ pipeline, limit: runs });
  return records.flatMap(({ run, startedAt, by, instances = [] }) =>
    instances.flatMap(({ id, attempt, state, reason, seconds, exitCode }) => {
      // Who took another's result names that one's attempt.
      if (attempt === undefined || runOfAttempt(attempt) !== run) return [];
      if (id !== path && !id.startsWith(`${path}/`)) return [];
      return {
        id,
        attempt,
        run,
        state,
        reason,
        startedAt,
        ...(seconds !== undefined && { seconds }),
        ...(exitCode !== undefined && { exitCode }),
        ...(by !== undefined && { by }),
      };
    }),
  );
}

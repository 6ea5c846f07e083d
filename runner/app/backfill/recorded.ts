import { randomHex } from '../../compose.ts';
import { usageError } from '../../errors.ts';
import { createBackfills } from '../../ledger/backfills/backfills.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { BackfillRecord } from '../../model/backfill.ts';
import { isRunId } from '../../model/run-id.ts';

/** A backfill as the store has it, with how it stands. */
export interface RecordedBackfill {
  readonly record: BackfillRecord;
  /** Its outcome; or `running`, `cancelling`, or `died`. */
  readonly state: string;
}

/** Newest first. */
export async function listBackfills(
  ledger: Ledger,
  options: { readonly pipeline?: string; readonly limit: number },
): Promise<readonly RecordedBackfill[]> {
  const records = await createBackfills(ledger, randomHex).list(options.limit);
  return Promise.all(
    records
      .filter(({ pipeline }) => options.pipeline === undefined || pipeline === options.pipeline)
      .map(async (record) => ({ record, state: await stateOf(ledger, record) })),
  );
}

/** @throws ProblemsError where there is none of that id; StoreError where its record is broken. */
export async function readBackfill(ledger: Ledger, id: string): Promise<RecordedBackfill> {
  const record = isRunId(id) ? await createBackfills(ledger, randomHex).read(id) : undefined;
  if (record === undefined) {
    throw usageError(
      'no-backfill',
      `there is no backfill "${id}" in the store`,
      'see them with: sluice backfill list',
    );
  }
  return { record, state: await stateOf(ledger, record) };
}

/**
 * Asks a backfill to stop, wherever it runs: it stops its containers within 30 s. One that has ended is left as it is.
 *
 * @returns how it stood before.
 */
export async function cancelBackfill(
  ledger: Ledger,
  id: string,
  by: string,
  nowMs: number,
): Promise<RecordedBackfill> {
  const found = await readBackfill(ledger, id);
  if (found.state !== 'running') return found;
  const cancelled = { at: new Date(nowMs).toISOString(), by };
  await createBackfills(ledger, randomHex).update(id, (record) =>
    record.cancelled === undefined && record.finishedAt === undefined ? { ...record, cancelled } : undefined,
  );
  return found;
}

async function stateOf(
  ledger: Pick<Ledger, 'liveness' | 'readRun'>,
  record: BackfillRecord,
): Promise<string> {
  if (record.finishedAt !== undefined) return record.outcome ?? 'finished';
  const newest = record.runs.at(-1) ?? '';
  // It is recorded a moment before its run is: that one is not known to be dead for good.
  const isLive = (await ledger.readRun(newest)) !== undefined && (await ledger.liveness(newest)) === 'live';
  if (!isLive) return 'died';
  return record.cancelled === undefined ? 'running' : 'cancelling';
}

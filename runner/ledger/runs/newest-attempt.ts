import { parseInstanceId, type InstanceId } from '../../model/partition.ts';
import type { RunRecord } from '../../model/records.ts';
import { isAttemptId, isRunId, runOfAttempt } from '../../model/run-id.ts';
import type { ReportState } from '../../model/state.ts';
import { claimRecords } from '../claims/claims.ts';
import { instanceKey, logFolder } from '../keys.ts';
import type { Ledger } from '../ledger.ts';

/** What the store knows of one execution, however it ended. */
export interface KnownAttempt {
  readonly attempt: string;
  readonly run: string;
  /** `running`: its run lives and has it in hand. `died`: its run ended without a word of it. */
  readonly state: ReportState | 'died';
  readonly reason: string;
}

/** So many of the pipeline's newest runs are looked through for attempts of which no other record tells. */
const RUNS_LOOKED_AT = 30;

/**
 * The newest attempt at an instance. Committed, failed and waiting ones have a record of their own; one that was
 * cancelled or killed is known only by its run, its log, or the claim that it left.
 */
export async function newestAttempt(ledger: Ledger, id: InstanceId): Promise<KnownAttempt | undefined> {
  const [failure, wait, stored, claim] = await Promise.all([
    ledger.readFailure(id),
    ledger.readWait(id),
    ledger.readManifest(id),
    claimRecords.read(ledger.store, instanceKey('claims', id)),
  ]);
  const recorded: (KnownAttempt & { readonly at: string })[] = [];
  if (stored !== undefined && stored.manifest.outcome !== 'void') {
    const { attempt, run, outcome, reason = '', finishedAt } = stored.manifest;
    recorded.push({ attempt, run, state: outcome, reason, at: finishedAt });
  }
  if (failure !== undefined) {
    const { attempt, run, cause, finishedAt } = failure;
    recorded.push({ attempt, run, state: 'failed', reason: cause.message, at: finishedAt });
  }
  if (wait?.lastAsk !== undefined) {
    const { attempt, run, at } = wait.lastAsk;
    recorded.push({ attempt, run, state: 'waiting', reason: 'exit status 75: not ready yet', at });
  }
  const known = recorded.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1);
  // Whoever claims comes after all who had the instance before.
  const claimed = claim?.record;
  if (claimed !== undefined && !recorded.some(({ attempt }) => attempt === claimed.attempt)) {
    return ofRun(ledger, id, claimed.run, claimed.attempt);
  }
  return (await newerByRuns(ledger, id, known?.at)) ?? known;
}

/** Of one run; undefined where it did not run the instance. */
export async function newestAttemptOfRun(
  ledger: Ledger,
  id: InstanceId,
  run: string,
): Promise<KnownAttempt | undefined> {
  if (!isRunId(run)) return undefined;
  return ofRun(ledger, id, run, await newestLog(ledger, id, run));
}

/** One that is named, as far as its run tells of it. */
export async function namedAttempt(
  ledger: Ledger,
  id: InstanceId,
  attempt: string,
): Promise<KnownAttempt | undefined> {
  if (!isAttemptId(attempt)) return undefined;
  const run = runOfAttempt(attempt);
  const told = (await ledger.readRun(run))?.instances?.find((instance) => instance.id === id);
  if (told === undefined) return undefined;
  if (told.attempt === attempt) return { attempt, run, state: told.state, reason: told.reason };
  const earlier = told.earlier?.find((one) => one.attempt === attempt);
  return earlier && { attempt, run, state: 'failed', reason: `${earlier.reason}; it was tried again` };
}

/** In a run that ended after all that is recorded. */
async function newerByRuns(
  ledger: Ledger,
  id: InstanceId,
  after: string | undefined,
): Promise<KnownAttempt | undefined> {
  const { pipeline } = parseInstanceId(id);
  for (const record of await ledger.listRuns({ pipeline, limit: RUNS_LOOKED_AT })) {
    if (after !== undefined && Date.parse(record.finishedAt ?? '') <= Date.parse(after)) continue;
    const isOver = record.finishedAt !== undefined;
    const found = isOver ? attemptIn(record, id) : await newestLog(ledger, id, record.run);
    if (found !== undefined) return ofRun(ledger, id, record.run, found);
  }
  return undefined;
}

async function ofRun(
  ledger: Ledger,
  id: InstanceId,
  run: string,
  attempt: string | undefined,
): Promise<KnownAttempt | undefined> {
  const record = await ledger.readRun(run);
  const told = record?.instances?.find((instance) => instance.id === id);
  const name = attempt ?? (record === undefined ? undefined : attemptIn(record, id));
  if (name === undefined) return undefined;
  if (told !== undefined) return { attempt: name, run, state: told.state, reason: told.reason };
  const isLive = (await ledger.liveness(run)) === 'live';
  return isLive
    ? { attempt: name, run, state: 'running', reason: `run ${run} has it in hand` }
    : { attempt: name, run, state: 'died', reason: `run ${run} died` };
}

/** A run that took another's result names that one's attempt. */
function attemptIn(record: RunRecord, id: InstanceId): string | undefined {
  const attempt = record.instances?.find((instance) => instance.id === id)?.attempt;
  return attempt !== undefined && runOfAttempt(attempt) === record.run ? attempt : undefined;
}

/** By listing: the record of a run that goes on, or that died, names no attempts. */
async function newestLog({ store }: Ledger, id: InstanceId, run: string): Promise<string | undefined> {
  const prefix = logFolder(run, id);
  const attempts: string[] = [];
  for await (const page of store.list(prefix)) {
    for (const { key } of page) attempts.push(key.slice(prefix.length).replace(/\.log$/, ''));
  }
  const number = (attempt: string) => Number(attempt.slice(attempt.lastIndexOf('-') + 1));
  return attempts
    .filter(isAttemptId)
    .sort((a, b) => number(a) - number(b))
    .at(-1);
}

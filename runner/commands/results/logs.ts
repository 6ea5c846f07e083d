import { once } from 'node:events';
import { EXIT, usageError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { InstanceId } from '../../model/partition.ts';
import { isAttemptId, isRunId, runOfAttempt } from '../../model/run-id.ts';
import { harmlessLog } from '../../report/harmless.ts';
import type { Output } from '../cli/output.ts';
import type { CommonFlags } from '../cli/flags.ts';
import type { RequestOptions } from '../../app/request.ts';
import { storedInstances } from './stored.ts';

export interface LogsFlags extends CommonFlags, RequestOptions {
  readonly run?: string;
  readonly attempt?: string;
}

/** `sluice logs`: what an attempt printed, by default the newest one's. */
export async function logsCommand(
  words: readonly string[],
  flags: LogsFlags,
  output: Output,
): Promise<number> {
  const { ledger, ids, refuseUnknown } = await storedInstances(words, flags, output, 'one');
  const [id = ''] = ids;
  const attempt = flags.attempt ?? (await newestAttempt(ledger, id, flags.run));
  const log = attempt === undefined ? undefined : await readLog(ledger, id, attempt);
  if (attempt === undefined || log === undefined) {
    refuseUnknown(id);
    throw noLog(id, flags);
  }
  if (output.json) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of log) chunks.push(chunk);
    await output.document({ schema: 1, id, attempt, log: Buffer.concat(chunks).toString('utf8') });
    return EXIT.ok;
  }
  // A file or a program gets what the task wrote; a person's terminal must not obey it.
  await print(process.stdout.isTTY ? harmlessLog(log) : log);
  return EXIT.ok;
}

function noLog(id: InstanceId, { run, attempt }: LogsFlags) {
  if (attempt !== undefined)
    return usageError('no-log', `there is no log of attempt ${attempt} of ${id}`, `sluice logs ${id}`);
  return usageError(
    'no-log',
    run === undefined ? `${id} has not been run` : `run ${run} did not run ${id}`,
    run === undefined ? `sluice why ${id}` : 'sluice status shows the last runs',
  );
}

/** As it comes, however long it is; a reader that has gone away ends it. */
async function print(log: AsyncIterable<Uint8Array | string>): Promise<void> {
  const { stdout } = process;
  for await (const chunk of log) {
    if (stdout.writableEnded || stdout.destroyed || stdout.errored !== null) return;
    if (stdout.write(chunk)) continue;
    // Told by the listener on stdout; a reader that left is no error.
    await once(stdout, 'drain').catch(() => undefined);
  }
}

/** Undefined also where the words cannot be an attempt's name. */
async function readLog(
  ledger: Ledger,
  id: InstanceId,
  attempt: string,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  return isAttemptId(attempt) ? ledger.readLog(runOfAttempt(attempt), id, attempt) : undefined;
}

/** Of the committed attempt and the open failure, whichever is newer; with `run`, that run's. */
async function newestAttempt(
  ledger: Ledger,
  id: InstanceId,
  run: string | undefined,
): Promise<string | undefined> {
  if (run !== undefined) return newestOfRun(ledger, id, run);
  const [failure, stored] = await Promise.all([ledger.readFailure(id), ledger.readManifest(id)]);
  const manifest = stored?.manifest;
  if (failure === undefined) return manifest?.attempt;
  if (manifest === undefined) return failure.attempt;
  return failure.finishedAt > manifest.finishedAt ? failure.attempt : manifest.attempt;
}

/** By listing: the record of a run that goes on, or that died, names no attempts yet. */
async function newestOfRun(ledger: Ledger, id: InstanceId, run: string): Promise<string | undefined> {
  if (!isRunId(run)) return undefined;
  const prefix = `runs/${run}/logs/${id}/`;
  const attempts: string[] = [];
  for await (const page of ledger.store.list(prefix)) {
    for (const { key } of page) attempts.push(key.slice(prefix.length).replace(/\.log$/, ''));
  }
  const number = (attempt: string) => Number(attempt.slice(attempt.lastIndexOf('-') + 1));
  return attempts
    .filter(isAttemptId)
    .sort((a, b) => number(a) - number(b))
    .at(-1);
}

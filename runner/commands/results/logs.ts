import { once } from 'node:events';
import { EXIT, usageError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { InstanceId } from '../../model/partition.ts';
import {
  namedAttempt,
  newestAttempt,
  newestAttemptOfRun,
  type KnownAttempt,
} from '../../ledger/runs/newest-attempt.ts';
import { isAttemptId, runOfAttempt } from '../../model/run-id.ts';
import { harmlessLog } from '../../report/harmless.ts';
import type { Output } from '../cli/output.ts';
import type { CommonFlags } from '../cli/flags.ts';
import type { RequestOptions } from '../../app/request.ts';
import { refusePart } from './left-out-keys.ts';
import { storedInstances } from './stored.ts';

export interface LogsFlags extends CommonFlags, RequestOptions {
  readonly run?: string;
  readonly attempt?: string;
}

/** `sluice logs`: what an attempt printed, by default the newest one's, however it ended. */
export async function logsCommand(
  words: readonly string[],
  flags: LogsFlags,
  output: Output,
): Promise<number> {
  const { ledger, ids, refuseUnknown } = await storedInstances(words, flags, output, 'one');
  const [id = ''] = ids;
  const known = await askedAttempt(ledger, id, flags);
  const log = known === undefined ? undefined : await readLog(ledger, id, known.attempt);
  if (known === undefined || (log === undefined && known.state === undefined)) {
    await refuseUnknown(id);
    await refusePart(ledger, id);
    throw noLog(id, flags);
  }
  const { attempt } = known;
  if (output.json) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of log ?? []) chunks.push(chunk);
    const { state, reason = '' } = known;
    await output.document({
      schema: 1,
      id,
      attempt,
      ...(state === undefined ? {} : { state, reason }),
      log: Buffer.concat(chunks).toString('utf8'),
    });
    return EXIT.ok;
  }
  // A file or a program gets what the task wrote; a person's terminal must not obey it.
  const printedBytes = log === undefined ? 0 : await print(process.stdout.isTTY ? harmlessLog(log) : log);
  const note = noteOn(known, log === undefined ? 'not stored' : printedBytes === 0 ? 'empty' : 'printed');
  if (note !== undefined) output.warn(note);
  return EXIT.ok;
}

/** What is known besides the log: of an attempt that is named, nothing may be. */
type Asked = Pick<KnownAttempt, 'attempt'> & Partial<KnownAttempt>;

async function askedAttempt(ledger: Ledger, id: InstanceId, flags: LogsFlags): Promise<Asked | undefined> {
  const { run, attempt } = flags;
  if (attempt === undefined) {
    return run === undefined ? newestAttempt(ledger, id) : newestAttemptOfRun(ledger, id, run);
  }
  const newest = await newestAttempt(ledger, id);
  if (newest?.attempt === attempt) return newest;
  return (await namedAttempt(ledger, id, attempt)) ?? { attempt };
}

/** How the attempt ended, where that is not plain from its log; on stderr, after it. */
function noteOn({ attempt, run, state, reason }: Asked, log: 'printed' | 'empty' | 'not stored') {
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  const printed = { printed: '', empty: ', it printed nothing', 'not stored': ', it has no log' }[log];
  switch (state) {
    case undefined:
    case 'succeeded':
    case 'done':
      return log === 'printed' ? undefined : `attempt ${attempt}${printed}`;
    case 'running':
      return `attempt ${attempt} is running in run ${run}; its log is stored when it has ended`;
    case 'died':
      return log === 'printed'
        ? `attempt ${attempt}: its run ${run} died`
        : `attempt ${attempt} died with its run ${run}: what it had printed is not stored`;
    default:
      return `attempt ${attempt}${printed}, ${state}${why}`;
  }
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

/** As it comes, however long it is; a reader that has gone away ends it. Tells how much there was. */
async function print(log: AsyncIterable<Uint8Array | string>): Promise<number> {
  const { stdout } = process;
  let length = 0;
  for await (const chunk of log) {
    length += chunk.length;
    if (stdout.writableEnded || stdout.destroyed || stdout.errored !== null) return length;
    if (stdout.write(chunk)) continue;
    // Told by the listener on stdout; a reader that left is no error.
    await once(stdout, 'drain').catch(() => undefined);
  }
  return length;
}

/** Undefined also where the words cannot be an attempt's name. */
async function readLog(
  ledger: Ledger,
  id: InstanceId,
  attempt: string,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  return isAttemptId(attempt) ? ledger.readLog(runOfAttempt(attempt), id, attempt) : undefined;
}

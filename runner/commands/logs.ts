import { once } from 'node:events';
import { openProject, openProjectLedger } from '../compose.ts';
import { EXIT } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { InstanceId } from '../model/partition.ts';
import { runOfAttempt } from '../model/run-id.ts';
import { oneInstance, typedInstance } from './instance.ts';
import { usageError, type Output } from './output.ts';
import { composeOptions, makeSessionPlan, openSession, type CommonFlags } from './planning.ts';
import type { RequestFlags } from './request.ts';
import { parseTarget } from './target.ts';

export interface LogsFlags extends CommonFlags, RequestFlags {
  readonly run?: string;
  readonly attempt?: string;
}

/** `sluice logs`: what an attempt printed, by default the newest one's. */
export async function logsCommand(
  words: readonly string[],
  flags: LogsFlags,
  output: Output,
): Promise<number> {
  const { ledger, id } = await find(words, flags, output);
  const attempt = flags.attempt ?? (await newestAttempt(ledger, id, flags.run));
  if (attempt === undefined) {
    throw usageError(
      'no-log',
      `${id} has not been run${flags.run === undefined ? '' : ` by ${flags.run}`}`,
      `sluice why ${id}`,
    );
  }
  const log = await ledger.readLog(runOfAttempt(attempt), id, attempt);
  if (log === undefined) throw usageError('no-log', `there is no log of attempt ${attempt} of ${id}`);
  if (output.json) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of log) chunks.push(chunk);
    output.document({ schema: 1, id, attempt, log: Buffer.concat(chunks).toString('utf8') });
    return EXIT.ok;
  }
  for await (const chunk of log) if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
  return EXIT.ok;
}

async function find(
  words: readonly string[],
  flags: LogsFlags,
  output: Output,
): Promise<{ readonly ledger: Ledger; readonly id: InstanceId }> {
  const typed = typedInstance(words);
  if (typed !== undefined) {
    const opened = await openProject(composeOptions(flags, parseTarget([])));
    return { ledger: await openProjectLedger(opened.project), id: typed };
  }
  const session = await openSession(words, flags, output);
  const { plan, ledger } = await makeSessionPlan(session, flags);
  return { ledger, id: oneInstance(plan, session).id };
}

/** Of the committed attempt and the open failure, whichever is newer; with `run`, that run's. */
async function newestAttempt(
  ledger: Ledger,
  id: InstanceId,
  run: string | undefined,
): Promise<string | undefined> {
  if (run !== undefined) {
    const record = await ledger.readRun(run);
    return record?.instances?.find((instance) => instance.id === id)?.attempt;
  }
  const [failure, stored] = await Promise.all([ledger.readFailure(id), ledger.readManifest(id)]);
  const manifest = stored?.manifest;
  if (failure === undefined) return manifest?.attempt;
  if (manifest === undefined) return failure.attempt;
  return failure.finishedAt > manifest.finishedAt ? failure.attempt : manifest.attempt;
}

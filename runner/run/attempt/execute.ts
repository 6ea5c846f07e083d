import { StoreError } from '../../errors.ts';
import type { Job, JobResult } from '../../model/job.ts';
import { createLastLines } from '../log/last-lines.ts';
import { createLineBlocks } from '../log/lines.ts';
import { createShownLines } from '../log/shown-lines.ts';
import { runMasked } from '../log/masked-engine.ts';
import { createStoredLog } from '../log/stored-log.ts';
import { attemptPrefix } from '../../model/key.ts';
import type { Execution, Work } from './work.ts';

export interface Executed {
  readonly result: JobResult;
  readonly ran: Execution;
  readonly lastLines: readonly string[];
}

/** Runs the job and keeps its log. What it says of itself, from here on, holds no secret. */
export async function executeJob(work: Work, job: Job, signal: AbortSignal): Promise<Executed> {
  const { environment, planned, attempt, emit } = work;
  const { clock, engine, watched } = environment;
  const startedAt = clock.now();
  emit({ type: 'instance-started', id: planned.id, attempt, at: new Date(startedAt).toISOString() });

  const log = createStoredLog();
  const lastLines = createLastLines();
  const shown = createShownLines((stream, line) => {
    emit({ type: 'log', id: planned.id, attempt, stream, line });
  });
  const streams = { stdout: createLineBlocks(), stderr: createLineBlocks() };
  const keep = (stream: 'stdout' | 'stderr', lines: Buffer): void => {
    if (lines.length === 0) return;
    log.push(lines);
    lastLines.push(stream, lines);
    if (watched) shown.push(stream, lines);
  };

  const { result, maskedValues, tellingPaths } = await runMasked(
    engine,
    job,
    {
      signal,
      watched,
      onLog: ({ stream, bytes }) => {
        keep(stream, streams[stream].push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
      },
      onImage: (progress) => {
        emit({ type: 'image-progress', ...progress });
      },
      onWarning: (message) => {
        emit({ type: 'warning', id: planned.id, message });
      },
      onDefect: (stack) => environment.onDefect?.(stack),
    },
    work.masker,
  );
  keep('stdout', streams.stdout.end());
  keep('stderr', streams.stderr.end());
  await storeLog(work, log.content());
  if (tellingPaths.length > 0) {
    const prefix = attemptPrefix(planned.id, attempt);
    await environment.ledger.store.delete(tellingPaths.map((path) => `${prefix}${path}`));
  }
  warnAbout(work, result, maskedValues);

  const seconds = result.usage.seconds ?? (clock.now() - startedAt) / 1000;
  return {
    result,
    ran: { seconds, ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }) },
    lastLines: lastLines.compose(),
  };
}

/** A log is no part of the result: without it the instance still counts. */
export async function storeLog(
  { environment, planned, attempt, emit }: Work,
  content: Buffer,
): Promise<void> {
  try {
    await environment.ledger.writeLog(environment.run, planned.id, attempt, content);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    emit({ type: 'warning', id: planned.id, message: `Its log could not be stored: ${error.message}` });
  }
}

function warnAbout({ planned, emit }: Work, result: JobResult, maskedValues: readonly string[]): void {
  const [first, ...others] = result.undeclared;
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    const message = `Dropped from /outputs, as no output declares it: ${first}${more}`;
    emit({ type: 'warning', id: planned.id, message });
  }
  for (const name of maskedValues) {
    const message = `The value ${name} holds a secret: it is recorded masked. Hand secrets on by \`secrets:\`, not as values.`;
    emit({ type: 'warning', id: planned.id, message });
  }
}

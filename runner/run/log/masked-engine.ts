import { inspect } from 'node:util';
import { EngineError, messageOf } from '../../errors.ts';
import type { Cause } from '../../model/cause.ts';
import type { Job, JobResult, LogChunk } from '../../model/job.ts';
import type { Engine, EngineRunOptions } from '../../ports.ts';
import { createLogBatch } from './log-batch.ts';
import type { Masker } from './mask.ts';
import { own } from '../../model/own.ts';

export interface MaskedResult {
  readonly result: JobResult;
  /** Values that held a secret: what is recorded of them is masked. */
  readonly maskedValues: readonly string[];
  /** Stored files whose names tell a secret: no result, and not to be left in the store. */
  readonly tellingPaths: readonly string[];
}

/** `onLog` keeps nothing of the bytes it is given: their buffer is used again. */
export type MaskedRunOptions = Omit<EngineRunOptions, 'onLog'> & {
  readonly onLog: (chunk: LogChunk) => void;
  /** Told the stack of what an engine throws that is none of its own errors. */
  readonly onDefect: (stack: string) => void;
};

/** Runs a job so that nothing that comes back from it holds a secret: log, messages, values. */
export async function runMasked(
  engine: Engine,
  job: Job,
  options: MaskedRunOptions,
  masker: Masker,
): Promise<MaskedResult> {
  const streams = { stdout: masker.stream(), stderr: masker.stream() };
  const batch = createLogBatch(({ stream, bytes }) => {
    const told = streams[stream].push(bytes);
    if (told.length > 0) options.onLog({ stream, bytes: told });
  });
  const { onDefect, ...given } = options;
  const { onImage, onWarning } = given;
  const tell = (error: unknown): void => onDefect(masker.text(inspect(error)));
  const result = await runToResult(engine, job, tell, {
    ...given,
    onLog: (chunk) => {
      batch.push(chunk);
    },
    ...(onWarning === undefined
      ? {}
      : {
          onWarning: (message) => {
            onWarning(masker.text(message));
          },
        }),
    ...(onImage === undefined
      ? {}
      : {
          onImage: (progress) => {
            onImage({ ...progress, message: masker.text(progress.message) });
          },
        }),
  });
  batch.flush();
  for (const stream of ['stdout', 'stderr'] as const) {
    const bytes = streams[stream].end();
    if (bytes.length > 0) options.onLog({ stream, bytes });
  }
  const tellingPaths = result.objects.map(({ path }) => path).filter((path) => masker.isTelling(path));
  const refused = tellingPaths[0] === undefined ? undefined : tellingCause(masker.text(tellingPaths[0]));
  const cause = result.cause ?? refused;
  const values = Object.entries(result.values).map(([name, value]) => [name, masker.text(value)] as const);
  return {
    tellingPaths,
    maskedValues: values.filter(([name, value]) => value !== own(result.values, name)).map(([name]) => name),
    result: {
      ...result,
      values: Object.fromEntries(values),
      undeclared: result.undeclared.map((path) => masker.text(path)),
      ...(cause === undefined ? {} : { cause: { ...cause, message: masker.text(cause.message) } }),
    },
  };
}

function tellingCause(masked: string): Cause {
  const message = `${JSON.stringify(masked)} in /outputs has a secret in its name; name files by what is in them`;
  return { kind: 'output-refused', message, transient: false };
}

/** An engine does not throw for what happens to a job; what it throws all the same is a result like any other. */
async function runToResult(
  engine: Engine,
  job: Job,
  tellDefect: (error: unknown) => void,
  options: EngineRunOptions,
): Promise<JobResult> {
  try {
    return await engine.run(job, options);
  } catch (error) {
    if (!(error instanceof EngineError)) tellDefect(error);
    const usage = { inputBytes: 0, outputBytes: 0 };
    return { cause: thrownCause(error), objects: [], values: {}, undeclared: [], engine: 'unknown', usage };
  }
}

function thrownCause(error: unknown): Cause {
  const message = messageOf(error);
  if (!(error instanceof EngineError)) return { kind: 'internal', message, transient: false };
  const isLost = error.code === 'engine-unreachable';
  return { kind: isLost ? 'engine-lost' : 'engine-error', message, transient: isLost };
}

import { EngineError } from '../errors.ts';
import type { Cause } from '../model/cause.ts';
import type { Job, JobResult } from '../model/job.ts';
import type { Engine, EngineRunOptions } from '../ports.ts';
import type { Masker } from './mask.ts';

export interface MaskedResult {
  readonly result: JobResult;
  /** Values that held a secret: what is recorded of them is masked. */
  readonly maskedValues: readonly string[];
}

/** Runs a job so that nothing that comes back from it holds a secret: log, messages, values. */
export async function runMasked(
  engine: Engine,
  job: Job,
  options: EngineRunOptions,
  masker: Masker,
): Promise<MaskedResult> {
  const streams = { stdout: masker.stream(), stderr: masker.stream() };
  const { onImage } = options;
  const result = await runToResult(engine, job, {
    ...options,
    // Not async: an engine may tell every line by itself, and a promise each would cost more than the line.
    onLog: ({ stream, bytes }) => {
      const told = streams[stream].push(bytes);
      return told.length > 0 ? options.onLog({ stream, bytes: told }) : undefined;
    },
    ...(onImage === undefined
      ? {}
      : {
          onImage: (progress) => {
            onImage({ ...progress, message: masker.text(progress.message) });
          },
        }),
  });
  for (const stream of ['stdout', 'stderr'] as const) {
    const bytes = streams[stream].end();
    if (bytes.length > 0) await options.onLog({ stream, bytes });
  }
  const values = Object.entries(result.values).map(([name, value]) => [name, masker.text(value)] as const);
  return {
    maskedValues: values.filter(([name, value]) => value !== result.values[name]).map(([name]) => name),
    result: {
      ...result,
      values: Object.fromEntries(values),
      undeclared: result.undeclared.map((path) => masker.text(path)),
      ...(result.cause === undefined
        ? {}
        : { cause: { ...result.cause, message: masker.text(result.cause.message) } }),
    },
  };
}

/** An engine does not throw for what happens to a job; what it throws all the same is a result like any other. */
async function runToResult(engine: Engine, job: Job, options: EngineRunOptions): Promise<JobResult> {
  try {
    return await engine.run(job, options);
  } catch (error) {
    const usage = { inputBytes: 0, outputBytes: 0 };
    return { cause: thrownCause(error), objects: [], values: {}, undeclared: [], engine: 'unknown', usage };
  }
}

function thrownCause(error: unknown): Cause {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof EngineError)) return { kind: 'internal', message, transient: false };
  const isLost = error.code === 'engine-unreachable';
  return { kind: isLost ? 'engine-lost' : 'engine-error', message, transient: isLost };
}

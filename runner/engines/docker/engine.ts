import { EngineError } from '../../errors.ts';
import type { StoreRef } from '../../model/store-ref.ts';
import type { Engine, ObjectStore, Trace } from '../../ports.ts';
import { EngineSilence } from './connection/answer-within.ts';
import { runAttempt } from './container/attempt.ts';
import { connect } from './connection/connect.ts';
import { describe } from './describe.ts';
import { causeOf, engineAnswer } from './connection/engine-answer.ts';
import { silenceAdvice } from './install/advice.ts';
import { openSession, TIMING, type CacheSettings, type Session, type Timing } from './connection/session.ts';
import { sweep } from './container/sweep.ts';

export interface DockerEngineOptions {
  /** As DOCKER_HOST is written; default DOCKER_HOST, then the first usual socket that answers. */
  readonly host?: string;
  readonly openStore: (ref: StoreRef) => ObjectStore | Promise<ObjectStore>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told each request. */
  readonly trace?: Trace;
  readonly timing?: Partial<Timing>;
  /** Absent: inputs are read from the store every time. */
  readonly cache?: CacheSettings;
}

/**
 * Runs jobs on what speaks Docker's API: Docker from 20.10, Podman's service from 4. It connects with the first
 * thing that is asked of it, and anew after the engine was lost.
 */
export function createDockerEngine(options: DockerEngineOptions): Engine {
  let opening: Promise<Session> | undefined;
  const timing = { ...TIMING, ...options.timing };

  function session(): Promise<Session> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw asEngineError(error, options.env);
    });
    return opening;
  }

  async function open(): Promise<Session> {
    const connection = await connect(options);
    try {
      const opened = await openSession(connection, { ...options, timing });
      opened.lost.addEventListener('abort', () => {
        opening = undefined;
        void opened.close();
      });
      return opened;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  return {
    async run(job, runOptions) {
      let opened: Session;
      try {
        opened = await session();
      } catch (error) {
        const cause = causeOfOpening(error);
        const usage = { inputBytes: 0, outputBytes: 0 };
        return { cause, objects: [], values: {}, undeclared: [], engine: 'unreachable', usage };
      }
      return runAttempt(job, runOptions, opened);
    },
    async sweep(sweepOptions) {
      const { docker } = await session();
      try {
        return await sweep(docker, sweepOptions);
      } catch (error) {
        throw asEngineError(error, options.env);
      }
    },
    async removeBuilt(removeOptions) {
      // Nothing runs: a connection is enough, without what a session makes ready for jobs.
      const connection = await connect(options);
      try {
        const { removeBuilt } = await import('./images/remove-built.ts');
        return await removeBuilt(connection.docker, removeOptions);
      } catch (error) {
        throw asEngineError(error, options.env);
      } finally {
        connection.close();
      }
    },
    async check() {
      const wasOpen = opening !== undefined;
      const { facts } = await session();
      // It may have gone since. Asked anew, as the jobs that run may keep the connection they have.
      if (wasOpen) (await connect(options)).close();
      return facts.capabilities;
    },
    describe: (job, folder) => describe(job, folder, options),
    async close() {
      const opened = await opening?.catch(() => undefined);
      opening = undefined;
      await opened?.close();
    },
  };
}

function causeOfOpening(error: unknown): ReturnType<typeof causeOf> {
  if (!(error instanceof EngineError)) return causeOf(error, 'reaching the engine');
  const fix = error.fix === undefined ? '' : `; ${error.fix}`;
  const kind = error.code === 'engine-unreachable' ? 'engine-lost' : 'engine-error';
  return { kind, message: `${error.message}${fix}`, transient: kind === 'engine-lost' };
}

function asEngineError(error: unknown, env: DockerEngineOptions['env']): EngineError {
  if (error instanceof EngineError) return error;
  const { kind, message } = causeOf(error, 'using the engine');
  return new EngineError(
    kind === 'engine-lost' ? 'engine-unreachable' : 'engine-error',
    kind === 'engine-lost' ? message : `the engine refused: ${engineAnswer(error).message}`,
    {
      cause: error,
      // It is there, or it would have been told before.
      ...(error instanceof EngineSilence ? { fix: silenceAdvice(env) } : {}),
    },
  );
}

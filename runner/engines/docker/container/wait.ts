import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { answerWithin, EngineSilence, LOOK_UP_SECONDS } from '../connection/answer-within.ts';
import type { EndCircumstances, EndState } from './cause.ts';
import { engineAnswer } from '../connection/engine-answer.ts';
import { Fault } from '../connection/fault.ts';
import { requestStream } from '../connection/request.ts';
import { LONGEST_TIMER } from '../connection/silence.ts';
import type { Session } from '../connection/session.ts';
import { wasSignalled } from './was-signalled.ts';

export interface Ending extends Omit<EndState, 'lastWords'> {
  readonly stopped: EndCircumstances['stopped'];
  /** Between the container's own start and end. */
  readonly seconds: number | undefined;
  /** By the engine's clock; NaN where it does not say. */
  readonly startedAt: number;
}

/** So often a killed container is looked at again, and so far apart. */
const OOM_LOOKS = 10;
const OOM_LOOK_MILLISECONDS = 100;

/** After it was told to, and again after it was killed: an engine that does neither is not waited for. */
const STOPPING_SECONDS = 20;

export interface EndLimits {
  readonly timeoutSeconds: number;
  readonly hasMemoryLimit: boolean;
  /** The engine says when memory was too little. */
  readonly tellsOom: boolean;
}

/** Waits until a started container has ended; stops it when its time is over or `cancel` is aborted. */
export async function waitForEnd(
  container: Dockerode.Container,
  { timeoutSeconds, hasMemoryLimit, tellsOom }: EndLimits,
  cancel: AbortSignal,
  { docker, lost, timing }: Pick<Session, 'docker' | 'lost' | 'timing'>,
): Promise<Ending> {
  let stopped: Ending['stopped'];
  let stopping: Promise<void> | undefined;
  let endless: NodeJS.Timeout | undefined;
  const stuck = new AbortController();
  const ended = new AbortController();
  const stop = (why: 'timeout' | 'cancelled', graceSeconds: number): void => {
    if (stopped !== undefined) return;
    stopped = why;
    stopping = end(graceSeconds);
  };
  const end = async (graceSeconds: number): Promise<void> => {
    await stopContainer(container, graceSeconds, AbortSignal.any([lost, stuck.signal, ended.signal]));
    giveUpAfter(STOPPING_SECONDS);
  };
  const giveUpAfter = (seconds: number): void => {
    clearTimeout(endless);
    endless = setTimeout(() => stuck.abort(new EngineSilence(seconds)), seconds * 1000);
  };
  const onCancel = (): void => {
    // Its time was over already: whoever interrupts does not wait for that as well.
    if (stopped !== undefined) giveUpAfter(timing.cancelGraceSeconds + STOPPING_SECONDS);
    stop('cancelled', timing.cancelGraceSeconds);
  };
  const milliseconds = timeoutSeconds * 1000;
  const timer =
    milliseconds > LONGEST_TIMER
      ? undefined
      : setTimeout(() => stop('timeout', timing.timeoutGraceSeconds), milliseconds);
  cancel.addEventListener('abort', onCancel, { once: true });
  if (cancel.aborted) onCancel();
  try {
    const signal = AbortSignal.any([lost, stuck.signal]);
    let state = await untilNotRunning(docker, container, signal);
    // Docker is told of the end and of its cause in two messages, in whichever order.
    for (let looks = tellsOom && hasMemoryLimit ? OOM_LOOKS : 0; looks > 0; looks -= 1) {
      if (stopped !== undefined || !isUnexplained(state)) break;
      await sleep(OOM_LOOK_MILLISECONDS);
      state = await untilNotRunning(docker, container, signal);
    }
    const startedAt = Date.parse(state.StartedAt);
    const finishedAt = Date.parse(state.FinishedAt);
    const isOpen = hasMemoryLimit && stopped === undefined && isUnexplained(state);
    const span = { id: container.id, startedAt, finishedAt };
    return {
      stopped,
      exitCode: state.ExitCode,
      oomKilled: state.OOMKilled,
      wasSignalled: isOpen && (await wasSignalled(docker, span, signal)),
      error: state.Error,
      seconds: secondsBetween(startedAt, finishedAt),
      startedAt,
    };
  } catch (error) {
    throw stuck.signal.aborted ? stuck.signal.reason : error;
  } finally {
    clearTimeout(timer);
    cancel.removeEventListener('abort', onCancel);
    ended.abort();
    await stopping;
    clearTimeout(endless);
  }
}

function isUnexplained({ ExitCode, OOMKilled }: State): boolean {
  return ExitCode === 137 && !OOMKilled;
}

type State = Dockerode.ContainerInspectInfo['State'];

/** An answer to `wait` is only a reason to look: it may come early, with -1 for a status (Podman). */
async function untilNotRunning(
  docker: Dockerode,
  container: Dockerode.Container,
  signal: AbortSignal,
): Promise<State> {
  for (let round = 0; ; round += 1) {
    try {
      await waitOnce(docker, container.id, signal);
      const { State: state } = await answerWithin(
        LOOK_UP_SECONDS,
        (abortSignal) => container.inspect({ abortSignal } as Dockerode.ContainerInspectOptions),
        signal,
      );
      if (!state.Running && !state.Paused && !RUNNING.has(state.Status)) return state;
    } catch (error) {
      if (engineAnswer(error).status !== 404) throw error;
      const message = 'its container was removed by somebody else while it ran';
      throw new Fault({ kind: 'signal', message, transient: false });
    }
    await sleep(Math.min(1000, 20 * 2 ** round));
  }
}

/**
 * The engine sends the head of this answer at once and its body at the end. The client's own method never settles if
 * the connection breaks in between; who reads the stream is told.
 */
async function waitOnce(docker: Dockerode, id: string, signal: AbortSignal): Promise<void> {
  for await (const _ of await requestStream(docker, {
    method: 'POST',
    path: `/containers/${id}/wait`,
    signal,
  }));
}

const RUNNING = new Set(['running', 'paused', 'stopping', 'created', 'restarting']);

/**
 * TERM, then KILL after the grace. One that has ended meanwhile is no error; where an engine does neither in time,
 * nobody waits for its end for ever.
 */
async function stopContainer(
  container: Dockerode.Container,
  graceSeconds: number,
  giveUp: AbortSignal,
): Promise<void> {
  try {
    await answerWithin(
      graceSeconds + STOPPING_SECONDS,
      (abortSignal) => container.stop({ t: graceSeconds, abortSignal }),
      giveUp,
    );
  } catch {
    const kill = (abortSignal: AbortSignal) => container.kill({ abortSignal });
    await answerWithin(STOPPING_SECONDS, kill, giveUp).catch(() => undefined);
  }
}

function secondsBetween(started: number, finished: number): number | undefined {
  const milliseconds = finished - started;
  // Engines write the year 1 for what never happened; the end's clock may be coarser than the start's.
  if (!(started > 0) || !(milliseconds > -1000)) return undefined;
  return Math.max(0, milliseconds) / 1000;
}

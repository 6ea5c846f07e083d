import { setMaxListeners } from 'node:events';
import type Dockerode from 'dockerode';
import type { Cause } from '../../../model/cause.ts';
import type { Job, JobResult } from '../../../model/job.ts';
import type { EngineRunOptions } from '../../../ports.ts';
import { causeOfEnd, type EndCircumstances } from './cause.ts';
import { engineLost, isEngineAway } from '../connection/engine-answer.ts';
import { causeOfError, Fault } from '../connection/fault.ts';
import type { ImageFacts } from '../images/image-facts.ts';
import { createContainerLog, type ContainerLog } from './log.ts';
import { memoryLimitOf } from './memory-limit.ts';
import { placeInputs, type PlacedInputs } from '../transfer/placed-inputs.ts';
import { withoutSecrets } from './secrets.ts';
import type { Session } from '../connection/session.ts';
import { startContainer } from './start.ts';
import type { TransferredOut } from '../transfer/transfer-out.ts';
import { takeResults } from './results.ts';
import { createTimeAfterEnd } from './time-after-end.ts';
import { waitForEnd, type Ending } from './wait.ts';

/** An engine hands over a log in seconds, but for a flood; who waits longer waits for lines that nobody reads. */
const LOG_SECONDS = 60;

/**
 * One job from its image to its stored outputs. The order is fixed here and nowhere else: image, inputs, container,
 * start, wait, log, values, outputs; whatever happens the container is gone at the end.
 */
export async function runAttempt(job: Job, options: EngineRunOptions, session: Session): Promise<JobResult> {
  const progress: Progress = { doing: 'making its image ready' };
  // Of this job alone: all jobs of a run would else hang their listeners on one signal.
  const cancel = AbortSignal.any([options.signal]);
  const signal = AbortSignal.any([cancel, session.lost]);
  setMaxListeners(0, cancel, signal);
  let cause: Cause | undefined;
  let out: TransferredOut = { objects: [], undeclared: [] };
  let values: Readonly<Record<string, string>> = {};
  try {
    const imageId = await imageOf(job, options, cancel, session);
    const image = (progress.image = await session.imageFacts(imageId, signal));
    progress.doing = 'reading its inputs';
    const inputs = (progress.inputs = await placeInputs(job, imageId, session, signal));
    progress.doing = 'starting its container';
    const started = await startContainer(job, { imageId, image, inputs }, session, signal);
    try {
      const log = createContainerLog(session.docker, started.container.id, options.onLog, session.lost);
      progress.doing = 'it ran';
      const ending = (progress.ending = await runToEnd(
        job,
        started.container,
        log,
        options.watched,
        cancel,
        session,
      ));
      progress.doing = 'reading its log';
      const reading = readLog(log, ending, options, cancel, session);
      if (ending.exitCode !== 0 || ending.stopped !== undefined) {
        // Of a container that somebody removed there is none; its end counts for more.
        await reading.catch((error: unknown) => {
          if (ending.stopped === undefined && isEngineAway(error)) throw error;
        });
        cause = causeOfEnd({ ...ending, lastWords: log.lastWords() }, circumstancesOf(job, ending, session));
      } else {
        const storing = takeResults(started.container, { job, options, ending, session, signal }, (doing) => {
          progress.doing = doing;
        });
        const [read, results] = await Promise.allSettled([reading, storing]);
        if (results.status === 'rejected') throw results.reason;
        ({ out, values } = results.value);
        if (read.status === 'rejected') throw read.reason;
      }
    } finally {
      await started.release();
    }
  } catch (error) {
    cause = causeOfThrown(error, progress.doing, options.signal, session.lost);
    out = { objects: [], undeclared: out.undeclared };
  } finally {
    await progress.inputs?.release();
    const trouble = session.cache?.takeTrouble();
    if (trouble !== undefined) options.onWarning?.(trouble);
  }
  return resultOf(job, session, progress, cause, out, values);
}

/** What is known so far, for the result of whatever happens next. */
interface Progress {
  doing: string;
  image?: ImageFacts;
  inputs?: PlacedInputs;
  ending?: Ending;
}

async function imageOf(
  job: Job,
  options: EngineRunOptions,
  signal: AbortSignal,
  session: Session,
): Promise<string> {
  const name = job.image.kind === 'reference' ? job.image.reference : job.image.dockerfile;
  const ensured = await session.images.ensure(job.image, {
    signal,
    onProgress: (step) => options.onImage?.({ image: name, done: false, ...step }),
  });
  if ('cause' in ensured) throw new Fault(ensured.cause);
  return ensured.id;
}

/** Waits for the container's end, with its log followed from a while on if somebody watches. */
async function runToEnd(
  job: Job,
  container: Dockerode.Container,
  log: ContainerLog,
  watched: boolean,
  cancel: AbortSignal,
  session: Session,
): Promise<Ending> {
  const timer = setTimeout(() => {
    if (watched) log.follow();
  }, session.timing.followAfterSeconds * 1000);
  try {
    const { capabilities } = session.facts;
    const limits = {
      timeoutSeconds: job.timeoutSeconds,
      hasMemoryLimit: memoryLimitOf(job, capabilities) !== undefined,
      tellsOom: capabilities.tellsOom,
    };
    return await waitForEnd(container, limits, cancel, session);
  } catch (error) {
    await log.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A log is wanted all the more of a task that was stopped, but whoever stopped it is not made to wait for it. */
async function readLog(
  log: ContainerLog,
  { stopped }: Ending,
  { onWarning }: EngineRunOptions,
  cancel: AbortSignal,
  { timing }: Session,
): Promise<void> {
  const seconds = stopped === undefined ? LOG_SECONDS : timing.timeoutGraceSeconds;
  const time = createTimeAfterEnd(seconds, cancel, timing.cancelGraceSeconds);
  try {
    const read = await log.readRest(time.signal);
    if (read === 'cut') onWarning?.('It wrote more than the engine could hand over in time: its log is cut.');
  } finally {
    time.release();
  }
}

function circumstancesOf(job: Job, { stopped }: Ending, session: Session): EndCircumstances {
  return {
    stopped,
    timeoutSeconds: job.timeoutSeconds,
    memory: memoryLimitOf(job, session.facts.capabilities),
  };
}

function resultOf(
  job: Job,
  session: Session,
  { image, inputs, ending }: Progress,
  cause: Cause | undefined,
  out: TransferredOut,
  values: Readonly<Record<string, string>>,
): JobResult {
  return {
    ...(ending === undefined ? {} : { exitCode: ending.exitCode }),
    ...(cause === undefined
      ? {}
      : { cause: { ...cause, message: withoutSecrets(cause.message, job.secrets) } }),
    objects: cause === undefined ? out.objects : [],
    values: cause === undefined ? values : {},
    undeclared: out.undeclared,
    ...(image === undefined ? {} : { imageDigest: image.digest }),
    engine: session.facts.capabilities.engine,
    usage: {
      ...(ending?.seconds === undefined ? {} : { seconds: ending.seconds }),
      inputBytes: inputs?.bytes ?? 0,
      outputBytes: out.objects.reduce((sum, object) => sum + object.bytes, 0),
    },
  };
}

function causeOfThrown(error: unknown, doing: string, cancel: AbortSignal, lost: AbortSignal): Cause {
  if (error instanceof Fault) return error.because;
  if (cancel.aborted) {
    return { kind: 'cancelled', message: 'stopped, as the run was interrupted', transient: false };
  }
  return lost.aborted ? engineLost(lost.reason, doing) : causeOfError(error, doing);
}

import { setMaxListeners } from 'node:events';
import type Dockerode from 'dockerode';
import type { Cause } from '../../../model/cause.ts';
import type { Job, JobResult } from '../../../model/job.ts';
import { parseOutputValues } from '../../../model/outputs.ts';
import type { EngineRunOptions } from '../../../ports.ts';
import { causeOfEnd, type EndCircumstances } from './cause.ts';
import { engineLost, isEngineAway } from '../connection/engine-answer.ts';
import { causeOfError, Fault } from '../connection/fault.ts';
import type { ImageFacts } from '../images/image-facts.ts';
import { createContainerLog, type ContainerLog } from './log.ts';
import { placeInputs, type PlacedInputs } from '../transfer/placed-inputs.ts';
import { withoutSecrets } from './secrets.ts';
import type { Session } from '../connection/session.ts';
import { startContainer } from './start.ts';
import { readFileOf, transferOut, wroteOutputs, type TransferredOut } from '../transfer/transfer-out.ts';
import { waitForEnd, type Ending } from './wait.ts';

const VALUES_LIMIT_BYTES = 1024 * 1024;

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
      const log = createContainerLog(session.docker, started.container.id, options.onLog);
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
      // A log is wanted all the more of a task that was interrupted.
      const reading = log.readRest(session.lost);
      if (ending.exitCode !== 0 || ending.stopped !== undefined) {
        // Of a container that somebody removed there is none; its end counts for more.
        await reading.catch((error: unknown) => {
          if (isEngineAway(error)) throw error;
        });
        cause = causeOfEnd({ ...ending, lastWords: log.lastWords() }, circumstancesOf(job, ending, session));
      } else {
        const storing = takeResults(job, options, started.container, ending, session, signal, progress);
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
  const ended = new AbortController();
  let following: Promise<void> | undefined;
  const timer = setTimeout(() => {
    if (watched) following = log.follow(AbortSignal.any([ended.signal, session.lost]));
  }, session.timing.followAfterSeconds * 1000);
  try {
    const { tellsOom } = session.facts.capabilities;
    const isLimited = memoryLimitOf(job, session) !== undefined;
    const limits = { timeoutSeconds: job.timeoutSeconds, tellsOom: tellsOom && isLimited };
    return await waitForEnd(container, limits, cancel, session);
  } finally {
    clearTimeout(timer);
    if (!log.isLong()) ended.abort();
    await following;
  }
}

/** Undefined also where the engine cannot limit it. */
function memoryLimitOf(job: Job, { facts }: Session): number | undefined {
  return facts.capabilities.memoryLimit ? job.resources.memoryBytes : undefined;
}

function circumstancesOf(job: Job, { stopped }: Ending, session: Session): EndCircumstances {
  return {
    stopped,
    timeoutSeconds: job.timeoutSeconds,
    memoryBytes: memoryLimitOf(job, session),
    tellsOom: session.facts.capabilities.tellsOom,
  };
}

/** Values first: if one is missing nothing needs to be uploaded. */
async function takeResults(
  job: Job,
  options: EngineRunOptions,
  container: Dockerode.Container,
  { startedAt }: Ending,
  session: Session,
  signal: AbortSignal,
  progress: Progress,
): Promise<{ readonly out: TransferredOut; readonly values: Readonly<Record<string, string>> }> {
  progress.doing = 'reading its results';
  const values = await readValues(job, options, container, signal);
  progress.doing = 'storing its outputs';
  if (job.outputs.rules.length === 0 && !(await wroteOutputs(container, startedAt, signal))) {
    return { out: { objects: [], undeclared: [] }, values };
  }
  const store = await session.openStore(job.outputs.store);
  const share = session.transferBudget.share();
  const out = await transferOut(container, job, store, share, signal, session.mounts.remember);
  return { out, values };
}

async function readValues(
  job: Job,
  { onWarning }: EngineRunOptions,
  container: Dockerode.Container,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  if (job.outputs.values.length === 0) return {};
  const text = (await readFileOf(container, '/sluice/output', VALUES_LIMIT_BYTES, signal)) ?? '';
  const parsed = parseOutputValues(text);
  if (!parsed.ok) throw new Fault({ kind: 'value-missing', message: parsed.reason, transient: false });
  const missing = job.outputs.values.filter((name) => parsed.values[name] === undefined);
  if (missing.length > 0) {
    const message = `${missing.join(', ')} ${missing.length === 1 ? 'was' : 'were'} declared as a value, but not written to $SLUICE_OUTPUT; write ${missing[0]}=… to it`;
    throw new Fault({ kind: 'value-missing', message, transient: false });
  }
  const [other, ...others] = Object.keys(parsed.values).filter((name) => !job.outputs.values.includes(name));
  if (other !== undefined) {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    onWarning?.(`Dropped from $SLUICE_OUTPUT, as no output declares it as a value: ${other}${more}`);
  }
  return Object.fromEntries(job.outputs.values.map((name) => [name, parsed.values[name] ?? '']));
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

import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import type { Job } from '../../../model/job.ts';
import { answerWithin, LOOK_UP_SECONDS } from '../connection/answer-within.ts';
import { causeOfStart } from './cause.ts';
import { createBody } from './create.ts';
import { isOurs } from './is-ours.ts';
import { leavesNetworkAlone } from './leaves-network-alone.ts';
import { taskName } from './names.ts';
import { engineAnswer } from '../connection/engine-answer.ts';
import { Fault } from '../connection/fault.ts';
import type { Lease } from '../holder/holder.ts';
import type { ImageFacts } from '../images/image-facts.ts';
import type { PlacedInputs } from '../transfer/placed-inputs.ts';
import { createContainer } from '../connection/request.ts';
import type { Session } from '../connection/session.ts';
import { startingWithin } from '../connection/starting-within.ts';
import { createTimeAfterEnd } from './time-after-end.ts';
import { transferIn } from '../transfer/transfer-in.ts';

export interface Started {
  readonly container: Dockerode.Container;
  /** Removes the container with its volumes and gives the network back. */
  release(): Promise<void>;
}

export interface Ingredients {
  readonly imageId: string;
  readonly image: ImageFacts;
  readonly inputs: PlacedInputs;
}

/** Creates a job's container, lays into it what it needs, and starts it. If that fails nothing is left. */
export async function startContainer(
  job: Job,
  ingredients: Ingredients,
  session: Session,
  signal: AbortSignal,
): Promise<Started> {
  // A holder may die at any moment; a second dead one in a row is no accident.
  for (let round = 1; ; round += 1) {
    const lease = leavesNetworkAlone(job) ? await session.holders.acquire(job, signal) : undefined;
    let container: Dockerode.Container | undefined;
    const release = async (): Promise<void> => {
      const isGone = container === undefined || (await removeContainer(container, session, signal));
      // What may still run there must not meet the next task.
      if (isGone) await lease?.release();
    };
    try {
      signal.throwIfAborted();
      const prepared = needsPreparation(job, ingredients);
      container = await create(job, ingredients, prepared, lease, session, signal);
      if (prepared) {
        const { copied } = ingredients.inputs;
        await transferIn(container, job, copied, session.transferBudget.share(), signal);
      }
      if (lease === undefined || (await lease.isAlive())) {
        signal.throwIfAborted();
        await start(container, job, session, signal);
        return { container, release };
      }
    } catch (error) {
      // Docker refuses to create or start in a network that is gone, Podman starts a dead holder anew.
      // Where that cannot be told the first error counts, and what was made is given back all the same.
      const retry =
        round === 1 && lease !== undefined && isRefusal(error) && !(await lease.isAlive().catch(() => true));
      if (!retry) {
        await release();
        throw error;
      }
    }
    if (container !== undefined) await removeContainer(container, session, signal);
    await lease.discard();
    if (round > 1) throw new Error('the container that holds its network ended twice');
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Fault && error.because.kind === 'start-failed';
}

async function create(
  job: Job,
  { imageId, inputs }: Ingredients,
  prepared: boolean,
  lease: Lease | undefined,
  session: Session,
  signal: AbortSignal,
): Promise<Dockerode.Container> {
  const name = taskName(job.attempt);
  const { docker, facts, images } = session;
  const { capabilities } = facts;
  const { mounts } = inputs;
  const body = createBody(job, { imageId, capabilities, holder: lease?.holder, mounts, prepared });
  const created = (): Promise<Dockerode.Container> =>
    startingWithin('it', (limit) => createContainer(docker, name, body, limit), signal);
  try {
    return await created().catch(async (error: unknown) => {
      if (!isNameTaken(error) || !(await removeEarlierTry(session, name, job, signal))) throw error;
      return created();
    });
  } catch (error) {
    const { status, message } = engineAnswer(error);
    if (status === 404 && /no such image|image not known/i.test(message)) {
      images.forget(job.image);
      throw new Fault({ kind: 'image-missing', message: `the engine lost it: ${message}`, transient: true });
    }
    if (status === undefined) {
      // Given up, it may come to be all the same.
      session.leftovers.add(name);
      throw error;
    }
    throw new Fault(causeOfStart(status, message, commandOf(job)));
  }
}

/** Docker says 409; Podman 500, in these words. */
function isNameTaken(error: unknown): boolean {
  const { status, message } = engineAnswer(error);
  return status !== undefined && /name .*is already in use/i.test(message);
}

/** Asked twice for one attempt: what an earlier try left half done is replaced. */
async function removeEarlierTry(
  session: Session,
  name: string,
  job: Job,
  signal: AbortSignal,
): Promise<boolean> {
  const earlier = session.docker.getContainer(name);
  const { Config, Image } = await answerWithin(LOOK_UP_SECONDS, () => earlier.inspect(), signal);
  const labels = Config.Labels;
  if (labels['sluice.attempt'] !== job.attempt || labels['sluice.store'] !== job.storeId) return false;
  if (!(await isOurs(session.docker, { name, imageId: Image, labels }))) return false;
  await removeContainer(earlier, session, signal);
  return true;
}

async function start(
  container: Dockerode.Container,
  job: Job,
  { lost, timing }: Session,
  signal: AbortSignal,
): Promise<void> {
  // A cancel is told late: whether it started would be unknown, and a task that runs is asked to end first.
  const overdue = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => overdue.abort(signal.reason), timing.cancelGraceSeconds * 1000);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const begin = (abortSignal: AbortSignal): Promise<unknown> =>
      container.start({ abortSignal } as Dockerode.ContainerStartOptions);
    await startingWithin('it', begin, AbortSignal.any([lost, overdue.signal]));
  } catch (error) {
    const { status, message } = engineAnswer(error);
    if (status === undefined) throw error;
    throw new Fault(causeOfStart(status, message, commandOf(job)));
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  }
}

function commandOf(job: Job): string {
  return job.entrypoint?.[0] ?? job.command?.[0] ?? "the image's command";
}

const REMOVAL_TRIES = 8;
const REMOVAL_SECONDS = 60;
const HASTY_REMOVAL_SECONDS = 20;

/**
 * Whether it is gone. A removal that fails is tried again for some seconds: a file system may be busy, or another
 * removal under way (409). What is left after that, or when the engine did not answer, is tried once more at the
 * session's end. Whoever interrupts does not wait long for it.
 */
async function removeContainer(
  container: Dockerode.Container,
  { lost, leftovers }: Pick<Session, 'lost' | 'leftovers'>,
  cancel: AbortSignal,
): Promise<boolean> {
  const time = createTimeAfterEnd(REMOVAL_SECONDS, cancel, HASTY_REMOVAL_SECONDS);
  const abortSignal = AbortSignal.any([lost, time.signal]);
  try {
    for (let round = 1; round <= REMOVAL_TRIES; round += 1) {
      try {
        await container.remove({ force: true, v: true, abortSignal } as Dockerode.ContainerRemoveOptions);
        return true;
      } catch (error) {
        const { status } = engineAnswer(error);
        if (status === 404) return true;
        if (status === undefined || abortSignal.aborted) break;
        await sleep(50 * 2 ** round);
      }
    }
  } finally {
    time.release();
  }
  leftovers.add(container.id);
  return false;
}

/**
 * An archive before the start costs about a third of a short task. Root can do without if nothing is laid in: the
 * engine makes the working directory and the volume, both root's. An image's own program may change its user.
 */
function needsPreparation(job: Job, { image, inputs }: Ingredients): boolean {
  const user = job.user ?? image.user;
  const isRoot = user === '' || /^(?:root|0)(?::|$)/.test(user);
  return (
    !isRoot ||
    job.entrypoint === undefined ||
    job.files.length > 0 ||
    job.emptyFolders.length > 0 ||
    job.outputs.values.length > 0 ||
    inputs.copied.length > 0
  );
}

import { setMaxListeners } from 'node:events';
import type { Job, JobInput, StoredObject } from '../../../model/job.ts';
import { keyProblem } from '../../../model/key.ts';
import { storeFolder } from '../../../model/outputs/object-place.ts';
import type { Download } from '../content-cache/content-cache.ts';
import { linkInput, type LinkedInput } from '../content-cache/links.ts';
import { verifiedBytes } from './inputs.ts';
import type { Mount } from './mounts.ts';
import type { Session } from '../connection/session.ts';
import type { CopiedInput } from './transfer-in.ts';

export interface PlacedInputs {
  readonly mounts: readonly Mount[];
  readonly copied: readonly CopiedInput[];
  readonly bytes: number;
  /** When no container needs them any more. */
  release(): Promise<void>;
}

/** Each mount costs the engine some work for every start; above this one archive is cheaper. */
const MOUNTS_AT_MOST = 32;

/** Decides for each input whether it is mounted or copied. Mounted ones are verified when this returns. */
export async function placeInputs(
  job: Job,
  imageId: string,
  session: Session,
  signal: AbortSignal,
): Promise<PlacedInputs> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  setMaxListeners(0, either);
  const all = job.inputs.map((input) =>
    placeInput(input, job, imageId, session, { job: signal, own: either }),
  );
  const release = async (): Promise<void> => {
    for (const placed of await Promise.allSettled(all)) {
      if (placed.status === 'fulfilled') await placed.value.linked?.remove();
    }
  };
  try {
    const placed = await Promise.all(all);
    return {
      mounts: placed.flatMap(({ mount }) => mount ?? []),
      copied: placed.flatMap(({ copied }) => copied ?? []),
      bytes: job.inputs.flatMap(({ objects }) => objects).reduce((sum, { bytes }) => sum + bytes, 0),
      release,
    };
  } catch (error) {
    stop.abort(error);
    await release();
    throw error;
  }
}

interface Placed {
  readonly mount?: Mount;
  readonly copied?: CopiedInput;
  readonly linked?: LinkedInput;
}

/** `signals.own` ends with this job's other inputs; what jobs share goes on with `signals.job`. */
async function placeInput(
  input: JobInput,
  job: Job,
  imageId: string,
  session: Session,
  signals: { readonly job: AbortSignal; readonly own: AbortSignal },
): Promise<Placed> {
  const store = await session.openStore(input.store);
  const downloadOf = (object: StoredObject): Download => {
    return (signal) => verifiedBytes(store, input, object, signal);
  };
  const cache = isCached(input) ? session.cache : undefined;
  const root = cache?.place.root ?? storeFolder(input.store);
  const isMountable =
    job.inputs.length <= MOUNTS_AT_MOST &&
    root !== undefined &&
    (cache === undefined || (await cache.open())) &&
    (await session.mounts.isShared(root, job, imageId));
  if (isMountable && cache !== undefined) {
    const linked = await linkInput(cache, input, job.attempt, downloadOf, signals.own);
    if (linked !== undefined) return { linked, mount: { source: linked.folder, target: input.to } };
  } else if (isMountable) {
    const mount = await session.mounts.mountOf(input, store, job, imageId, signals.own);
    if (mount !== undefined) return { mount };
  }
  const read: CopiedInput['read'] = (object, signal) =>
    cache === undefined ? downloadOf(object)(signal) : cache.read(object, downloadOf(object), signal);
  return { copied: { input, read } };
}

/** What is on a disk of this machine is near enough. A name that no store could hold is the store's to refuse. */
function isCached(input: JobInput): boolean {
  return (
    storeFolder(input.store) === undefined &&
    input.objects.length > 0 &&
    input.objects.every(({ path }) => keyProblem(input.prefix + path) === undefined)
  );
}

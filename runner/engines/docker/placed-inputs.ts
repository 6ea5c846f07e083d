import type { Job, JobInput, StoredObject } from '../../model/job.ts';
import { keyProblem } from '../../model/key.ts';
import { storeFolder } from '../../model/object-place.ts';
import type { Download } from './content-cache/content-cache.ts';
import { linkInput, type LinkedInput } from './content-cache/links.ts';
import { verifiedBytes } from './inputs.ts';
import type { Mount } from './mounts.ts';
import type { Session } from './session.ts';
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
  const mounts: Mount[] = [];
  const copied: CopiedInput[] = [];
  const links: LinkedInput[] = [];
  const release = async (): Promise<void> => {
    for (const each of links) await each.remove();
  };
  const mountable = job.inputs.length <= MOUNTS_AT_MOST;
  try {
    for (const input of job.inputs) {
      const store = await session.openStore(input.store);
      const downloadOf =
        (object: StoredObject): Download =>
        (either) =>
          verifiedBytes(store, input, object, either);
      const cache = isCached(input) ? session.cache : undefined;
      if (mountable && cache !== undefined) {
        const isShared =
          (await cache.open()) && (await session.mounts.isShared(cache.place.root, job, imageId, signal));
        const linked = isShared ? await linkInput(cache, input, job.attempt, downloadOf, signal) : undefined;
        if (linked !== undefined) {
          links.push(linked);
          mounts.push({ source: linked.folder, target: input.to });
          continue;
        }
      }
      const mount = mountable ? await session.mounts.mountOf(input, store, job, imageId, signal) : undefined;
      if (mount !== undefined) {
        mounts.push(mount);
        continue;
      }
      const read: CopiedInput['read'] = (object, either) =>
        cache === undefined ? downloadOf(object)(either) : cache.read(object, downloadOf(object), either);
      copied.push({ input, read });
    }
  } catch (error) {
    await release();
    throw error;
  }
  const bytes = job.inputs.flatMap((input) => input.objects).reduce((sum, object) => sum + object.bytes, 0);
  return { mounts, copied, bytes, release };
}

/** What is on a disk of this machine is near enough. A name that no store could hold is the store's to refuse. */
function isCached(input: JobInput): boolean {
  return (
    storeFolder(input.store) === undefined &&
    input.objects.length > 0 &&
    input.objects.every(({ path }) => keyProblem(input.prefix + path) === undefined)
  );
}

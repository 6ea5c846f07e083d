import type { Job } from '../../model/job.ts';
import type { Mount } from './mounts.ts';
import type { Session } from './session.ts';
import type { CopiedInput } from './transfer-in.ts';

export interface PlacedInputs {
  readonly mounts: readonly Mount[];
  readonly copied: readonly CopiedInput[];
  readonly bytes: number;
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
  for (const input of job.inputs) {
    const store = await session.openStore(input.store);
    const mount =
      job.inputs.length > MOUNTS_AT_MOST
        ? undefined
        : await session.mounts.mountOf(input, store, job, imageId, signal);
    if (mount === undefined) copied.push({ input, store });
    else mounts.push(mount);
  }
  const bytes = job.inputs.flatMap((input) => input.objects).reduce((sum, object) => sum + object.bytes, 0);
  return { mounts, copied, bytes };
}

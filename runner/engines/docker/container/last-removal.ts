import type Dockerode from 'dockerode';

/** A run's end waits for it. */
const REMOVAL_SECONDS = 20;

/** Removes a container with its volumes, as far as that can be done; what stays is the next sweep's. */
export async function removeAtLast(docker: Dockerode, id: string): Promise<void> {
  const abortSignal = AbortSignal.timeout(REMOVAL_SECONDS * 1000);
  await docker
    .getContainer(id)
    .remove({ force: true, v: true, abortSignal } as Dockerode.ContainerRemoveOptions)
    .catch(() => undefined);
}

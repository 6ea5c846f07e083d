import type Dockerode from 'dockerode';

export interface SweepOptions {
  readonly storeId: string;
  readonly isLive: (run: string) => Promise<'live' | 'dead' | 'unknown'>;
}

/**
 * Removes the containers and volumes that dead runs of this store left; holders last, as tasks live in their
 * networks. What belongs to a live run, or to one that nothing is known of, stays. Returns how many went.
 */
export async function sweep(docker: Dockerode, { storeId, isLive }: SweepOptions): Promise<number> {
  const filters = { label: [`sluice.store=${storeId}`] };
  const [containers, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listVolumes({ filters: { ...filters, dangling: ['true'] } }),
  ]);
  const runs = new Set(
    [...containers, ...(volumes.Volumes ?? [])].map(({ Labels }) => Labels?.['sluice.run']),
  );
  const dead = new Set<string>();
  for (const run of runs) {
    if (run !== undefined && (await isLive(run)) === 'dead') dead.add(run);
  }
  const isDead = ({ Labels }: { Labels?: Record<string, string> | null }): boolean =>
    dead.has(Labels?.['sluice.run'] ?? '');

  let removed = 0;
  const count = (removal: Promise<unknown>): Promise<void> =>
    removal.then(() => void (removed += 1), ignoreGone);
  const leftovers = containers.filter(isDead);
  const holders = leftovers.filter(({ Labels }) => Labels['sluice.kind'] === 'holder');
  const others = leftovers.filter((container) => !holders.includes(container));
  for (const group of [others, holders]) {
    await Promise.all(group.map(({ Id }) => count(docker.getContainer(Id).remove({ force: true, v: true }))));
  }
  const orphans = (volumes.Volumes ?? []).filter(isDead);
  await Promise.all(orphans.map(({ Name }) => count(docker.getVolume(Name).remove())));
  return removed;
}

/** Another process may sweep at the same time, or the engine be removing it already. */
function ignoreGone(error: unknown): void {
  const { statusCode } = error as { statusCode?: unknown };
  if (statusCode !== 404 && statusCode !== 409) throw error;
}

import type Dockerode from 'dockerode';
import { answerWithin, EngineSilence } from '../connection/answer-within.ts';
import { isRunId } from '../../../model/run-id.ts';
import { isEngineAway } from '../connection/engine-answer.ts';
import { isOurs } from './is-ours.ts';

export interface SweepOptions {
  readonly storeId: string;
  readonly isLive: (run: string) => Promise<boolean>;
}

const ANSWER_SECONDS = 20;
/** By then whoever asked what its engine can do has its answer, or has given up. */
const PROBE_SECONDS = 10 * 60;

/**
 * Removes the containers and volumes that dead runs of this store left; holders last, as tasks live in their
 * networks. What belongs to a live run stays, and so does what the engine cannot remove now: the next
 * sweep tries again. What only looks like ours is passed by: a person may have it from us. Returns how many went.
 */
export async function sweep(docker: Dockerode, { storeId, isLive }: SweepOptions): Promise<number> {
  const filters = { label: [`sluice.store=${storeId}`] };
  const [containers, volumes, probes] = await answerWithin(ANSWER_SECONDS, () =>
    Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listVolumes({ filters: { ...filters, dangling: ['true'] } }),
      oldProbes(docker),
    ]),
  );
  const dead = await deadRuns([...containers, ...(volumes.Volumes ?? [])], isLive);
  const isDead = ({ Labels }: Labelled): boolean => dead.has(Labels?.['sluice.run'] ?? '');
  const leftovers = await onlyOurs(docker, [...containers.filter(isDead), ...probes]);

  let removed = 0;
  const count = (removal: () => Promise<unknown>): Promise<void> =>
    answerWithin(ANSWER_SECONDS, removal).then(() => void (removed += 1), ignoreRefusal);
  const holders = leftovers.filter(({ Labels }) => Labels['sluice.kind'] === 'holder');
  const others = leftovers.filter((container) => !holders.includes(container));
  for (const group of [others, holders]) {
    await Promise.all(
      group.map(({ Id }) => count(() => docker.getContainer(Id).remove({ force: true, v: true }))),
    );
  }
  // One with a name is somebody's: ours are anonymous.
  const orphans = (volumes.Volumes ?? []).filter((volume) => isDead(volume) && ANONYMOUS.test(volume.Name));
  await Promise.all(orphans.map(({ Name }) => count(() => docker.getVolume(Name).remove())));
  return removed;
}

interface Labelled {
  readonly Labels?: Readonly<Record<string, string>> | null;
}

const ANONYMOUS = /^[0-9a-f]{64}$/;

/** Whoever is asked looks into the store for a run: what is no run's name is none of ours. */
async function deadRuns(
  labelled: readonly Labelled[],
  isLive: SweepOptions['isLive'],
): Promise<ReadonlySet<string>> {
  const dead = new Set<string>();
  for (const run of new Set(labelled.map(({ Labels }) => Labels?.['sluice.run'] ?? ''))) {
    if (isRunId(run) && !(await isLive(run))) dead.add(run);
  }
  return dead;
}

async function onlyOurs(
  docker: Dockerode,
  found: readonly Dockerode.ContainerInfo[],
): Promise<readonly Dockerode.ContainerInfo[]> {
  const ours = await Promise.all(
    found.map(({ Names, ImageID, Labels }) =>
      isOurs(docker, { name: Names?.[0]?.replace(/^\//, '') ?? '', imageId: ImageID, labels: Labels }),
    ),
  );
  return found.filter((_, index) => ours[index]);
}

/** What was created only to see whether the engine can; it belongs to no run, and never runs. */
async function oldProbes(docker: Dockerode): Promise<readonly Dockerode.ContainerInfo[]> {
  const filters = { label: ['sluice.kind=probe'], status: ['created', 'exited'] };
  const probes = await docker.listContainers({ all: true, filters });
  return probes.filter(
    ({ Created, Labels }) =>
      Labels['sluice.store'] === undefined && Created < Date.now() / 1000 - PROBE_SECONDS,
  );
}

/**
 * Another process may sweep at the same time, the engine be removing it already, a device be busy or a removal take
 * its time: none of it is a reason not to run.
 */
function ignoreRefusal(error: unknown): void {
  if (isEngineAway(error) && !(error instanceof EngineSilence)) throw error;
}

import type Dockerode from 'dockerode';
import type { ImageOwner } from '../../../model/job.ts';
import { own } from '../../../model/own.ts';
import type { BuiltImages, RemoveBuiltOptions } from '../../../ports.ts';
import { answerWithin, LOOK_UP_SECONDS } from '../connection/answer-within.ts';
import { engineAnswer } from '../connection/engine-answer.ts';
import { BUILT_LABELS, builtHash, isBuiltName } from './built-labels.ts';

/** Removing layers takes a disk its time. */
const REMOVAL_SECONDS = 10 * 60;

/**
 * Removes what was built for the owner and has no live content. An image that a person made of one has its labels, so
 * the names count too: all must be ours, and be of the content that the labels say.
 */
export async function removeBuilt(
  docker: Dockerode,
  { owner, live, dryRun }: RemoveBuiltOptions,
): Promise<BuiltImages> {
  const [images, containers] = await answerWithin(LOOK_UP_SECONDS, () =>
    Promise.all([docker.listImages(), docker.listContainers({ all: true })]),
  );
  const inUse = new Set(containers.map(({ ImageID }) => bareId(ImageID)));
  const ownerless: string[] = [];
  const removed: string[] = [];
  const kept: BuiltImages['kept'][number][] = [];
  for (const { Id, Labels, RepoTags } of images) {
    const names = RepoTags ?? [];
    if (own(Labels ?? {}, BUILT_LABELS.storeId) === undefined && !inUse.has(bareId(Id)))
      ownerless.push(...names.filter((name) => isUnclaimed(name, live)));
    const contentHash = hashIfOwned(Labels ?? {}, owner);
    if (contentHash === undefined || live.has(contentHash)) continue;
    const [name] = names.filter((tag) => isBuiltName(tag, contentHash));
    if (name === undefined) continue;
    const others = names.filter((tag) => !isBuiltName(tag, contentHash));
    if (others.length > 0) {
      kept.push({ name, why: `it is also called ${others.join(', ')}` });
    } else if (inUse.has(bareId(Id))) {
      kept.push({ name, why: IN_USE });
    } else {
      const refused = dryRun ? undefined : await remove(docker, names);
      if (refused === undefined) removed.push(name);
      else kept.push({ name, why: refused });
    }
  }
  return { removed, kept, ownerless: ownerless.sort() };
}

/** One of ours by its name alone. */
function isUnclaimed(name: string, live: ReadonlySet<string>): boolean {
  const contentHash = builtHash(name);
  return contentHash !== undefined && !live.has(contentHash);
}

const IN_USE = 'a container uses it';

function hashIfOwned(labels: Readonly<Record<string, string>>, owner: ImageOwner): string | undefined {
  const { contentHash, storeId, project } = BUILT_LABELS;
  return own(labels, storeId) === owner.storeId && own(labels, project) === owner.project
    ? own(labels, contentHash)
    : undefined;
}

/** By name, and never by force: whoever named it otherwise or started it meanwhile keeps it. Why not, in words. */
async function remove(docker: Dockerode, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    try {
      await answerWithin(REMOVAL_SECONDS, () => docker.getImage(name).remove());
    } catch (error) {
      const { status, message } = engineAnswer(error);
      if (status === undefined) throw error;
      if (status === 404) continue;
      return status === 409 ? IN_USE : `the engine refused: ${message}`;
    }
  }
  return undefined;
}

/** Podman leaves the algorithm out in some answers. */
function bareId(id: string): string {
  return id.replace(/^sha256:/, '');
}

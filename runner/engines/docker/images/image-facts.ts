import type Dockerode from 'dockerode';
import { answerWithin, LOOK_UP_SECONDS } from '../connection/answer-within.ts';

/** What of an image decides how it is run and what is recorded. */
export interface ImageFacts {
  /** Its own user; empty: root. */
  readonly user: string;
  /** The registry's digest where it came from one, else the engine's id. */
  readonly digest: string;
}

/** Asked once for each image: an id's content never changes. */
export function createImageFacts(
  docker: Dockerode,
): (id: string, signal: AbortSignal) => Promise<ImageFacts> {
  const known = new Map<string, ImageFacts>();
  return async (id, signal) => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const inspect = () => docker.getImage(id).inspect();
    const { Config, RepoDigests, Id } = await answerWithin(LOOK_UP_SECONDS, inspect, signal);
    const digest = (RepoDigests ?? []).map((reference) => reference.split('@')[1]).find((text) => text);
    const facts = { user: Config?.User ?? '', digest: digest ?? Id };
    known.set(id, facts);
    return facts;
  };
}

import type Dockerode from 'dockerode';

/** What of an image decides how it is run and what is recorded. */
export interface ImageFacts {
  /** Its own user; empty: root. */
  readonly user: string;
  /** The registry's digest where it came from one, else the engine's id. */
  readonly digest: string;
}

/** Asked once for each image: an id's content never changes. */
export function createImageFacts(docker: Dockerode): (id: string) => Promise<ImageFacts> {
  const known = new Map<string, ImageFacts>();
  return async (id) => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const { Config, RepoDigests, Id } = await docker.getImage(id).inspect();
    const digest = (RepoDigests ?? []).map((reference) => reference.split('@')[1]).find((text) => text);
    const facts = { user: Config?.User ?? '', digest: digest ?? Id };
    known.set(id, facts);
    return facts;
  };
}

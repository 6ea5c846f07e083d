import type Dockerode from 'dockerode';
import { answerWithin } from '../connection/answer-within.ts';
import { isEngineAway } from '../connection/engine-answer.ts';
import { isNameOf } from './names.ts';
import { own } from '../../../model/own.ts';

const ANSWER_SECONDS = 20;

export interface Claimed {
  /** Without the slash. */
  readonly name: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether sluice itself created what says so by its labels. `docker commit` hands labels on to an image, and every
 * container of that image has them too: it is the person's who made it. So the name must be right, and the labels the
 * container's own.
 */
export async function isOurs(docker: Dockerode, { name, imageId, labels }: Claimed): Promise<boolean> {
  if (!isNameOf(name, labels)) return false;
  const inherited = await labelsOfImage(docker, imageId);
  if (inherited === undefined) return false;
  return Object.entries(labels).some(
    ([key, value]) => key.startsWith('sluice.') && own(inherited, key) !== value,
  );
}

/** Undefined: the engine does not tell, for one as the image is gone: what a container has from it is not known. */
async function labelsOfImage(
  docker: Dockerode,
  id: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const { Config } = await answerWithin(ANSWER_SECONDS, () => docker.getImage(id).inspect());
    return Config?.Labels ?? {};
  } catch (error) {
    if (isEngineAway(error)) throw error;
    return undefined;
  }
}

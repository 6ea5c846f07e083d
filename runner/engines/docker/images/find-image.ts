import type Dockerode from 'dockerode';
import type { Cause } from '../../../model/cause.ts';
import { answerWithin, LOOK_UP_SECONDS } from '../connection/answer-within.ts';
import { engineAnswer } from '../connection/engine-answer.ts';

export type Ensured = { readonly id: string } | { readonly cause: Cause };

/** Looks for an image in the engine's own store. Undefined: it has none of that name, or not for the platform. */
export async function findImage(
  docker: Dockerode,
  name: string,
  platform: string | undefined,
): Promise<string | undefined> {
  try {
    const image = await answerWithin(LOOK_UP_SECONDS, () => docker.getImage(name).inspect());
    if (platform === undefined) return image.Id;
    const { Os, Architecture, Variant } = image as typeof image & { readonly Variant?: string };
    const [os, architecture, variant] = platform.split('/');
    const fits = Os === os && (architecture === undefined || Architecture === architecture);
    // Engines leave the variant out where the architecture has a usual one.
    return fits && (variant === undefined || !Variant || Variant === variant) ? image.Id : undefined;
  } catch (error) {
    if (engineAnswer(error).status === 404) return undefined;
    throw error;
  }
}

import type Dockerode from 'dockerode';
import type { Cause } from '../../../model/cause.ts';
import type { JobImage } from '../../../model/job.ts';
import { causeOf } from '../connection/engine-answer.ts';
import { findImage, type Ensured } from './find-image.ts';
import { pull } from './pull.ts';
import type { ImageProgress } from './pull-progress.ts';
import { isImageId, parseReference } from './reference.ts';
import { createSharedWork } from './shared-work.ts';

export interface Images {
  /**
   * The id of the image a job asks for, pulled or built first if need be. However many ask for one image at the
   * same time, it is pulled once, and progress goes to one of them. What was found stays found: `pull: always`
   * asks the registry once in the life of this object, so that all instances of a run use the same image.
   * Never throws. A failure is not kept: the next caller tries anew.
   */
  ensure(
    image: JobImage,
    options: { readonly signal: AbortSignal; readonly onProgress: (progress: ImageProgress) => void },
  ): Promise<Ensured>;
  /** The engine said that an image that was found is gone: look again. */
  forget(image: JobImage): void;
}

export interface ImagesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder?: string;
  /** `os/architecture[/variant]`; default `DOCKER_DEFAULT_PLATFORM`, then the engine's own. */
  readonly platform?: string;
  readonly helperTimeoutSeconds?: number;
  /** A pull or build of which nothing is heard for so long has failed; default 600. */
  readonly silenceSeconds?: number;
}

type Work = (signal: AbortSignal, onProgress: (progress: ImageProgress) => void) => Promise<Ensured>;

export function createImages(docker: Dockerode, options: ImagesOptions): Images {
  const found = new Map<string, string>();
  const work = createSharedWork<ImageProgress, Ensured>();
  const platform = options.platform ?? (options.env['DOCKER_DEFAULT_PLATFORM'] || undefined);
  const pullOptions = { ...options, platform, silenceSeconds: options.silenceSeconds ?? 600 };

  function workFor(image: JobImage): Work {
    switch (image.kind) {
      case 'reference':
        return (signal, onProgress) => ensureReference(docker, image, pullOptions, signal, onProgress);
      case 'build':
        return async (signal, onProgress) => {
          // Building needs tar and more, most runs don't.
          const { ensureBuilt } = await import('./build.ts');
          return ensureBuilt(docker, image, pullOptions, signal, onProgress);
        };
    }
  }

  return {
    async ensure(image, { signal, onProgress }) {
      const key = keyOf(image);
      const known = found.get(key);
      if (known !== undefined) return { id: known };
      const ensured = await work.join(
        key,
        { signal, onProgress, whenAborted: { cause: cancelled() } },
        workFor(image),
      );
      if ('id' in ensured) found.set(key, ensured.id);
      return ensured;
    },
    forget(image) {
      found.delete(keyOf(image));
    },
  };
}

async function ensureReference(
  docker: Dockerode,
  image: Extract<JobImage, { kind: 'reference' }>,
  options: Parameters<typeof pull>[2],
  signal: AbortSignal,
  onProgress: (progress: ImageProgress) => void,
): Promise<Ensured> {
  const name = image.reference;
  const parsed = isImageId(name) ? undefined : parseReference(name);
  if (parsed?.ok === false) return missing(`"${name}" is not an image reference: ${parsed.reason}`);
  try {
    if (parsed === undefined || image.pull !== 'always') {
      const id = await findImage(docker, name, options.platform);
      if (id !== undefined) return { id };
    }
    if (parsed === undefined) return missing(`the engine has no image ${name}, and an id can't be pulled`);
    if (image.pull === 'never') {
      return missing(
        `the engine has no image ${name}, and the task says "pull: never"; get it by "docker pull ${name}", or write "pull: missing"`,
      );
    }
    const cause = await pull(docker, parsed.reference, options, signal, onProgress);
    if (cause !== undefined) return { cause };
    const id = await findImage(docker, name, options.platform);
    return id === undefined ? missing(`${name} was pulled, but the engine does not have it`) : { id };
  } catch (error) {
    return { cause: causeOf(error, `looking for image ${name}`) };
  }
}

function keyOf(image: JobImage): string {
  switch (image.kind) {
    case 'reference':
      return `${image.pull} ${image.reference}`;
    case 'build':
      return `build ${image.contentHash}`;
  }
}

function missing(message: string): Ensured {
  return { cause: { kind: 'image-missing', message, transient: false } };
}

function cancelled(): Cause {
  return { kind: 'cancelled', message: 'cancelled while its image was made ready', transient: false };
}

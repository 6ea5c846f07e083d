import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import type { Cause } from '../../../model/cause.ts';
import type { JobImage } from '../../../model/job.ts';
import { answerWithin, LOOK_UP_SECONDS } from '../connection/answer-within.ts';
import { baseImages } from './base-images.ts';
import { BUILT, builtLabels, builtTag } from './built-labels.ts';
import { createBuildReading } from './build-reading.ts';
import { ContextError, readContext, type BuildContext } from './context.ts';
import type { Login } from './credential-helper.ts';
import { findLogin, HUB_KEY, type LoginLookup, type LoginOptions } from './credentials.ts';
import { causeOf, engineAnswer } from '../connection/engine-answer.ts';
import { findImage, type Ensured } from './find-image.ts';
import { engineMessages } from '../connection/message-stream.ts';
import { packContext } from './pack-context.ts';
import { pullCause } from './pull-cause.ts';
import { buildKitSyntax, sessionMount, syntaxImage } from './build-syntax.ts';
import { encodeLogin, pull } from './pull.ts';
import type { ImageProgress } from './pull-progress.ts';
import type { Reference } from './reference.ts';
import { setOwn } from '../../../model/own.ts';

type Build = Extract<JobImage, { kind: 'build' }>;

export interface BuildOptions extends LoginOptions {
  readonly platform: string | undefined;
  readonly silenceSeconds: number;
}

/** Longer than an engine takes from one answer to the next. */
const SETTLED_MILLISECONDS = 250;

/**
 * The image of a Dockerfile: the one that carries its content's hash as a tag, else built. The tag is set only
 * when what was sent had that hash, so a tag never lies. Of processes that build the same at once all use one image:
 * the first that is tagged, or the last of those that saw no tag yet.
 */
export async function ensureBuilt(
  docker: Dockerode,
  image: Build,
  options: BuildOptions,
  signal: AbortSignal,
  onProgress: (progress: ImageProgress) => void,
): Promise<Ensured> {
  const tag = builtTag(image.contentHash, options.platform);
  const name = `${BUILT}:${tag}`;
  try {
    const built = await findImage(docker, name, undefined);
    if (built !== undefined) return { id: built };
    const context = await readContext(image.contextFolder, image.dockerfile);
    const outcome = await build(docker, image, context, options, signal, onProgress);
    if ('cause' in outcome) return outcome;
    if (outcome.sentHash !== image.contentHash) {
      await discard(docker, outcome.id);
      return failed(image, 'the files of its context changed since the plan was made; run again');
    }
    const { id } = outcome;
    if ((await findImage(docker, name, undefined)) === undefined) {
      await answerWithin(LOOK_UP_SECONDS, () => docker.getImage(id).tag({ repo: BUILT, tag }));
      // No engine tags on a condition: whoever saw no tag either has set its own by then.
      await sleep(SETTLED_MILLISECONDS, undefined, { signal });
    }
    const settled = (await findImage(docker, name, undefined)) ?? id;
    if (settled !== id) await discard(docker, id);
    return { id: settled };
  } catch (error) {
    if (signal.aborted)
      return { cause: { kind: 'cancelled', message: 'cancelled while building', transient: false } };
    if (error instanceof ContextError) return failed(image, error.message);
    return { cause: causeOf(error, `building ${join(image.contextFolder, image.dockerfile)}`) };
  }
}

/** An image that nobody will ask for; one that has a name is somebody's. */
async function discard(docker: Dockerode, id: string): Promise<void> {
  const image = docker.getImage(id);
  try {
    const { RepoTags } = await answerWithin(LOOK_UP_SECONDS, () => image.inspect());
    if ((RepoTags ?? []).length === 0) await answerWithin(LOOK_UP_SECONDS, () => image.remove());
  } catch {
    // In use, or gone: the next prune's business.
  }
}

/**
 * Sends the context to the engine's builder and reads its words to the end: to the classic one, which every engine has,
 * or, where the Dockerfile takes it, to BuildKit. (Podman has one builder that knows most of either.)
 */
async function build(
  docker: Dockerode,
  image: Build,
  context: BuildContext,
  options: BuildOptions,
  signal: AbortSignal,
  onProgress: (progress: ImageProgress) => void,
): Promise<{ readonly id: string; readonly sentHash: string } | { readonly cause: Cause }> {
  const text = await readFile(join(image.contextFolder, image.dockerfile), 'utf8');
  const mount = sessionMount(text);
  if (mount !== undefined) return failed(image, `it has \`${mount}\`: ${NO_SECRETS}`);
  const syntax = buildKitSyntax(text) ?? syntaxImage(text);
  const bases = await findBases(image, text, { ...options, signal });
  if (syntax !== undefined) {
    const cause = await pullBases(docker, bases, options, signal, onProgress);
    if (cause !== undefined) return { cause };
  }
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), options.silenceSeconds * 1000);
  const sent = packContext(context, image.buildArgs, image.target);
  const reading = createBuildReading();
  try {
    onProgress({ message: 'building: sending the context' });
    const request: Dockerode.ImageBuildOptions = {
      dockerfile: sent.dockerfile,
      buildargs: image.buildArgs,
      labels: builtLabels(image.contentHash, image.owner),
      rm: true,
      forcerm: true,
      ...(options.platform === undefined ? {} : { platform: options.platform }),
      ...(image.target === undefined ? {} : { target: image.target }),
      ...(syntax === undefined ? {} : BUILD_KIT),
      registryconfig: registryConfig(bases),
      abortSignal: AbortSignal.any([signal, silence.signal]),
    };
    const body = await docker.buildImage(sent.stream, request);
    for await (const message of engineMessages(body)) {
      timer.refresh();
      const progress = reading.take(message);
      if (progress !== undefined) onProgress(progress);
      if (message.error !== undefined) {
        if (syntax !== undefined)
          return failed(image, inWords(message.error, text, syntax), reading.lastLines());
        return buildCause(image, bases, message.error, reading.lastLines(), options.platform);
      }
    }
    const id = reading.imageId();
    if (id !== undefined) return { id, sentHash: await sent.hash };
    return failed(image, 'the engine did not say which image it built', reading.lastLines());
  } catch (error) {
    if (signal.aborted) throw error;
    if (silence.signal.aborted) {
      return failed(image, `nothing was heard for ${options.silenceSeconds} s`, reading.lastLines());
    }
    const { status, message } = engineAnswer(error);
    if (status === undefined) throw error;
    if (syntax !== undefined) return failed(image, inWords(message, text, syntax), reading.lastLines());
    return buildCause(image, bases, message, reading.lastLines(), options.platform);
  } finally {
    clearTimeout(timer);
    sent.stream.destroy();
  }
}

interface Base {
  readonly reference: Reference;
  readonly lookup: LoginLookup;
}

/**
 * The client opens a session of its own for the text "2", by which BuildKit would ask it for logins, and for which it
 * reads files that stand beside it. Nothing is asked for where all bases are there.
 */
const BUILD_KIT = { version: 2 } as unknown as Pick<Dockerode.ImageBuildOptions, 'version'>;

/** BuildKit takes what the engine has; it would ask a session, which there is none, for logins to anything else. */
async function pullBases(
  docker: Dockerode,
  bases: readonly Base[],
  options: BuildOptions,
  signal: AbortSignal,
  onProgress: (progress: ImageProgress) => void,
): Promise<Cause | undefined> {
  for (const { reference } of bases) {
    if ((await findImage(docker, reference.text, options.platform)) !== undefined) continue;
    const cause = await pull(docker, reference, options, signal, onProgress);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

const NO_SECRETS =
  'secrets and SSH keys are not handed to a build. Fetch what needs one in a task that lists it under `secrets`, or build the image elsewhere and name it by `image: <reference>`';

/** What the engine's builder does not know, or can not do from here, with what to do about it. */
function inWords(message: string, dockerfile: string, syntax: string): string {
  const fetched = syntaxImage(dockerfile);
  if (fetched !== undefined && message.includes(fetched.replace(/[:@].*$/, ''))) {
    return `${message}; the line "# syntax=${fetched}" makes the engine fetch that image first: pull it by hand, or leave the line out`;
  }
  if (/unknown (?:instruction|flag)/i.test(message)) {
    return `${message}; the builder of this engine is too old for \`${syntax}\` (here documents and --link came with Docker 23): write it without, or use a newer engine`;
  }
  if (/no active session|secret .*not found|ssh/i.test(message)) {
    return `${message}; ${NO_SECRETS}`;
  }
  return message;
}

async function findBases(image: Build, text: string, options: LoginOptions): Promise<readonly Base[]> {
  return Promise.all(
    baseImages(text, image.buildArgs).map(async (reference) => ({
      reference,
      lookup: await findLogin(reference, options),
    })),
  );
}

function registryConfig(bases: readonly Base[]): Dockerode.RegistryConfig {
  const logins: Record<string, Login> = {};
  for (const { reference, lookup } of bases) {
    if (lookup.login === undefined) continue;
    setOwn(logins, reference.registry === 'docker.io' ? HUB_KEY : reference.registry, lookup.login);
  }
  // The client sends these bytes as they are, which its types don't know; by itself it would encode them wrongly.
  return { base64: encodeLogin(logins) } as unknown as Dockerode.RegistryConfig;
}

/** A base image that is refused or missing is told as such, whatever the builder calls it. */
function buildCause(
  image: Build,
  bases: readonly Base[],
  message: string,
  lines: readonly string[],
  platform: string | undefined,
): { readonly cause: Cause } {
  const base = bases.find(({ reference }) =>
    message.includes(reference.repository.replace(/^library\//, '')),
  );
  const step = lines.findLast((line) => /^step \d+\/\d+/i.test(line));
  const duringPull = step === undefined || / ?: FROM /i.test(step);
  if (base !== undefined && duringPull) {
    const cause = pullCause(
      { status: undefined, message },
      {
        reference: base.reference.text,
        registry: base.reference.registry,
        platform,
        loginFrom: base.lookup.from,
        loginTrouble: base.lookup.trouble,
      },
    );
    return {
      cause: { ...cause, message: `${join(image.contextFolder, image.dockerfile)}: ${cause.message}` },
    };
  }
  return failed(image, message, lines);
}

function failed(image: Build, why: string, lines: readonly string[] = []): { readonly cause: Cause } {
  const place = join(image.contextFolder, image.dockerfile);
  const tail = lines.length === 0 ? '' : `\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return {
    cause: { kind: 'build-failed', message: `building ${place} failed: ${why}${tail}`, transient: false },
  };
}

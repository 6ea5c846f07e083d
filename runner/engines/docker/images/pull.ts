import type Dockerode from 'dockerode';
import type { Cause } from '../../../model/cause.ts';
import { findLogin, type LoginLookup, type LoginOptions } from './credentials.ts';
import type { Login } from './credential-helper.ts';
import { engineAnswer, engineLost, isEngineAway } from '../connection/engine-answer.ts';
import { engineMessages } from '../connection/message-stream.ts';
import { pullCause, type PullContext } from './pull-cause.ts';
import { createPullProgress, type ImageProgress } from './pull-progress.ts';
import type { Reference } from './reference.ts';
import { createSilence } from '../connection/silence.ts';

export interface PullOptions extends LoginOptions {
  /** `os/architecture[/variant]`; undefined: the engine's own. */
  readonly platform: string | undefined;
  /** A pull of which nothing is heard for so long has failed. */
  readonly silenceSeconds: number;
}

/** Pulls one image with the user's login for its registry. Undefined: it is there. */
export async function pull(
  docker: Dockerode,
  reference: Reference,
  options: PullOptions,
  signal: AbortSignal,
  onProgress: (progress: ImageProgress) => void,
): Promise<Cause | undefined> {
  const lookup = await findLogin(reference, { ...options, signal });
  const context = contextOf(reference, lookup, options);
  const silence = createSilence(options.silenceSeconds);
  try {
    onProgress({ message: `asking ${reference.registry}` });
    const body = await docker.createImage(
      lookup.login === undefined ? undefined : { base64: encodeLogin(lookup.login) },
      {
        // By themselves the options would all go into the address, the signal with them.
        _query: {
          fromImage: reference.name,
          tag: reference.digest ?? reference.tag,
          ...(options.platform === undefined ? {} : { platform: options.platform }),
        },
        _body: {},
        abortSignal: AbortSignal.any([signal, silence.signal]),
      },
    );
    const follow = createPullProgress();
    for await (const message of engineMessages(body)) {
      silence.heard();
      if (message.error !== undefined) {
        return pullCause({ status: undefined, message: message.error }, context);
      }
      const progress = follow(message);
      if (progress !== undefined) onProgress(progress);
    }
    return undefined;
  } catch (error) {
    if (signal.aborted) return { kind: 'cancelled', message: 'cancelled while pulling', transient: false };
    if (silence.signal.aborted) {
      return pullCause(
        { status: undefined, message: `nothing came for ${options.silenceSeconds} s` },
        context,
      );
    }
    const answer = engineAnswer(error);
    if (answer.status === undefined && isEngineAway(error)) {
      return engineLost(error, `pulling ${reference.text}`);
    }
    return pullCause(answer, context);
  } finally {
    silence.end();
  }
}

/** The API takes URL-safe base64 with its padding; standard base64 is silently taken for no login at all. */
export function encodeLogin(login: Login | Readonly<Record<string, Login>>): string {
  return Buffer.from(JSON.stringify(login)).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

function contextOf(reference: Reference, lookup: LoginLookup, options: PullOptions): PullContext {
  return {
    reference: reference.text,
    registry: reference.registry,
    platform: options.platform,
    loginFrom: lookup.from,
    loginTrouble: lookup.trouble,
  };
}

/** For what an engine only has to look up. It may be busy: with pulls, builds, other runs. */
export const LOOK_UP_SECONDS = 60;

/**
 * Gives up what the engine does not answer in time, or when `stop` is aborted; also where the client itself would go
 * on waiting.
 */
export async function answerWithin<T>(
  seconds: number,
  ask: (signal: AbortSignal) => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new EngineSilence(seconds)), seconds * 1000);
  const signal = stop === undefined ? limit.signal : AbortSignal.any([limit.signal, stop]);
  try {
    return await new Promise<T>((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      ask(signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Looks like a broken connection to whoever asks what went wrong. */
export class EngineSilence extends Error {
  override readonly name = 'EngineSilence';
  readonly code = 'ETIMEDOUT';
  constructor(seconds: number) {
    super(`no answer for ${seconds} s`);
  }
}

/** Ended by a signal before anything was started. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Waits for the work until the signal; what comes of it afterwards is nobody's. */
export async function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => undefined;
  const interrupted = new Promise<never>((_done, fail) => {
    onAbort = () => {
      fail(new InterruptedError(`${String(signal.reason)}: ended before anything was started`));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** `uncached`: it cannot be kept here, so that each goes without; `over`: whoever comes next looks again. */
export type Outcome = 'over' | 'uncached';

export interface Turns {
  /** Ends the turn; only the first call counts. Undefined: it cannot be cached. */
  take(sha256: string, signal: AbortSignal): Promise<((outcome: Outcome) => void) | undefined>;
}

/** One download for each content, however many want it at once. */
export function createTurns(): Turns {
  const taken = new Map<string, Promise<Outcome>>();
  return {
    async take(sha256, signal) {
      for (let other = taken.get(sha256); other !== undefined; other = taken.get(sha256)) {
        if ((await orAborted(other, signal)) === 'uncached') return undefined;
      }
      signal.throwIfAborted();
      let end: (outcome: Outcome) => void = () => undefined;
      const turn = new Promise<Outcome>((resolve) => {
        end = resolve;
      });
      taken.set(sha256, turn);
      return (outcome) => {
        if (taken.get(sha256) === turn) taken.delete(sha256);
        end(outcome);
      };
    },
  };
}

async function orAborted<T>(wanted: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const settled = new AbortController();
  try {
    return await Promise.race([
      wanted,
      new Promise<never>((_, reject) => {
        const options = { once: true, signal: settled.signal };
        signal.addEventListener('abort', () => reject(signal.reason as Error), options);
      }),
    ]);
  } finally {
    settled.abort();
  }
}

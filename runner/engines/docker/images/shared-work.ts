/**
 * Work that several callers want at the same time is done once. A caller that aborts leaves the others alone;
 * when the last one has gone the work itself is aborted. Progress is told to one caller, so that an observer
 * of them all hears it once.
 */
export interface SharedWork<Progress, Result> {
  join(
    key: string,
    caller: {
      readonly signal: AbortSignal;
      readonly onProgress: (progress: Progress) => void;
      readonly whenAborted: Result;
    },
    start: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Result>,
  ): Promise<Result>;
}

interface Flight<Progress, Result> {
  readonly callers: Set<(progress: Progress) => void>;
  readonly controller: AbortController;
  readonly result: Promise<Result>;
}

export function createSharedWork<Progress, Result>(): SharedWork<Progress, Result> {
  const flights = new Map<string, Flight<Progress, Result>>();

  function take(
    key: string,
    start: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Result>,
  ): Flight<Progress, Result> {
    const running = flights.get(key);
    if (running !== undefined) return running;
    const callers = new Set<(progress: Progress) => void>();
    const controller = new AbortController();
    const tellFirst = (progress: Progress): void => {
      const [first] = callers;
      first?.(progress);
    };
    const result = start(controller.signal, tellFirst).finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    const flight = { callers, controller, result };
    flights.set(key, flight);
    return flight;
  }

  return {
    async join(key, { signal, onProgress, whenAborted }, start) {
      if (signal.aborted) return whenAborted;
      const flight = take(key, start);
      // A closure of its own: two callers may hand in one and the same function.
      const listener = (progress: Progress): void => onProgress(progress);
      flight.callers.add(listener);
      let leave = (): void => undefined;
      const aborted = new Promise<Result>((resolve) => {
        leave = () => resolve(whenAborted);
        signal.addEventListener('abort', leave, { once: true });
      });
      try {
        return await Promise.race([flight.result, aborted]);
      } finally {
        signal.removeEventListener('abort', leave);
        flight.callers.delete(listener);
        if (flight.callers.size === 0) {
          // Whoever comes now must not be handed work that is being aborted.
          if (flights.get(key) === flight) flights.delete(key);
          flight.controller.abort();
        }
      }
    },
  };
}

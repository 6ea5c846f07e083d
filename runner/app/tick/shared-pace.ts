import type { Pace } from '../../run/run-environment.ts';

/** So many containers at once over all runs of a process. */
export interface SharedPace {
  /** Waits for its turn where there are as many runs as containers; then goes at the pace that is left for it. */
  readonly within: <T>(act: (pace: Pace) => Promise<T>) => Promise<T>;
}

/** Each run has an equal part; what is left over of that the first of them have. */
export function createSharedPace(total: number): SharedPace {
  const listeners = new Set<() => void>();
  const queue: (() => void)[] = [];
  const runs: symbol[] = [];
  const paceOf = (run: symbol): Pace => ({
    concurrency: () => Math.floor(total / runs.length) + (runs.indexOf(run) < total % runs.length ? 1 : 0),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  });
  const change = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    async within(act) {
      const run = Symbol('run');
      // Whoever ends hands its place over: nobody comes between.
      if (runs.length >= total)
        await new Promise<void>((begin) => queue.push(() => begin(void runs.push(run))));
      else runs.push(run);
      change();
      try {
        return await act(paceOf(run));
      } finally {
        runs.splice(runs.indexOf(run), 1);
        queue.shift()?.();
        change();
      }
    },
  };
}

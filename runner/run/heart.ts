import type { Beat } from '../ledger/ledger.ts';
import { formatDuration } from '../model/duration.ts';
import { ownDeathSeconds } from '../model/heartbeat.ts';
import type { RunEnvironment } from './run-environment.ts';

/** Shows others that the run lives, and tells the run when they may no longer believe it. */
export interface Heart {
  /** Aborted, with the reason in words, as soon as it is known; never taken back. */
  readonly death: AbortSignal;
  /** Looks at the time, and asks nobody. */
  readonly isAlive: () => boolean;
  stop(): Promise<void>;
}

/** Of the time between two beats: so soon a beat that failed is repeated. */
const REPEAT = 0.1;

/** Likewise: so long without a good one is told, so that nobody waits without knowing for what. */
const QUIET = 1.5;

/**
 * Begins to beat. Where the store does not answer, the process is stopped, or the machine sleeps for too long, the
 * run is dead: others judge by the store's clock, this by `elapsed` since the last good beat began, which is never
 * later. Throws a `StoreError` when there can be no first beat.
 */
export async function startHeart(
  { ledger, run, clock, elapsed }: Pick<RunEnvironment, 'ledger' | 'run' | 'clock' | 'elapsed'>,
  warn: (message: string) => void,
): Promise<Heart> {
  const { everySeconds } = ledger.heartbeat;
  const limitMs = ownDeathSeconds(ledger.heartbeat) * 1000;
  const quietMs = everySeconds * QUIET * 1000;
  const death = new AbortController();
  const end = new AbortController();
  let goodAt = elapsed();
  let quietTold = false;
  const first = await ledger.beat(run, undefined);
  const die = (what: string): void => {
    death.abort(`${what}; others may have taken over its work: run again`);
    end.abort('dead');
  };
  const isAlive = (): boolean => {
    const silentMs = elapsed() - goodAt;
    if (!death.signal.aborted && silentMs >= limitMs) {
      die(`this run was not heard of for ${formatDuration(silentMs / 1000)}`);
    }
    return !death.signal.aborted;
  };

  const beatOn = async (start: Beat): Promise<void> => {
    let last = start;
    let waitSeconds = everySeconds;
    for (;;) {
      await clock.sleep(waitSeconds * 1000, end.signal);
      if (!isAlive()) return;
      const begun = elapsed();
      try {
        const beat = await ledger.beat(
          run,
          last,
          AbortSignal.any([end.signal, AbortSignal.timeout(everySeconds * 1000)]),
        );
        if (beat === undefined) {
          die('the heartbeat of this run was removed from the store');
          return;
        }
        // A beat that took too long came too late: isAlive has seen it.
        last = beat;
        if (!isAlive()) return;
        goodAt = begun;
        waitSeconds = everySeconds;
        if (quietTold) warn('The store has a heartbeat of this run again');
        quietTold = false;
      } catch {
        // Whoever needs the store meets the same error and tells it; here only the time counts.
        waitSeconds = everySeconds * REPEAT;
      }
    }
  };
  const watch = async (): Promise<void> => {
    while (isAlive()) {
      const silentMs = elapsed() - goodAt;
      if (!quietTold && silentMs >= quietMs) {
        quietTold = true;
        warn(
          `No heartbeat of this run has reached the store for ${formatDuration(silentMs / 1000)}; after ${formatDuration(limitMs / 1000)} it stops its containers, as others may then take over its work`,
        );
      }
      await clock.sleep((quietTold ? limitMs : quietMs) - silentMs, end.signal);
    }
  };
  if (first === undefined) die('another run writes the heartbeat of this one');
  const beating = first === undefined ? Promise.resolve() : beatOn(first);
  const ended = Promise.allSettled([beating, watch()]);
  return {
    death: death.signal,
    isAlive,
    async stop() {
      end.abort('stopped');
      await ended;
    },
  };
}

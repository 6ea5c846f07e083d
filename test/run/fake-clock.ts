import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../runner/ports.ts';

export interface FakeClock extends Clock {
  /** Lets time pass and everything that follows from it happen. */
  advance(seconds: number): Promise<void>;
  /** How many wait for time to pass. */
  readonly sleepers: number;
}

export function createFakeClock(start = Date.parse('2021-02-01T00:00:00Z')): FakeClock {
  let now = start;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  return {
    now: () => now,
    get sleepers() {
      return sleepers.size;
    },
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = {
          at: now + milliseconds,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', refuse);
            resolve();
          },
        };
        sleepers.add(sleeper);
        const refuse = (): void => {
          sleepers.delete(sleeper);
          reject(new Error(String(signal?.reason)));
        };
        if (signal?.aborted === true) refuse();
        else signal?.addEventListener('abort', refuse, { once: true });
      }),
    async advance(seconds) {
      now += seconds * 1000;
      for (const sleeper of sleepers) if (sleeper.at <= now) sleeper.wake();
      await quiet();
    },
  };
}

/** Until everything that can happen without time passing has happened. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await setImmediate();
}

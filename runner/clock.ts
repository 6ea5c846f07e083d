import { uptime } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './ports.ts';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};

/** Since the machine's start, by the clock of the system that goes on while the machine sleeps (Linux: `CLOCK_BOOTTIME`). */
export function upMilliseconds(): number {
  return uptime() * 1000;
}

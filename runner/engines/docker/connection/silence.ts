import { EngineSilence } from './answer-within.ts';

/** More is not waited for by a timer: 24 days. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** Ends what nothing is heard of for so long, while it goes on for as long as it likes otherwise. */
export interface Silence {
  /** Aborted when it has lasted too long. */
  readonly signal: AbortSignal;
  readonly heard: () => void;
  readonly end: () => void;
}

export function createSilence(seconds: number): Silence {
  const controller = new AbortController();
  const milliseconds = Math.min(seconds * 1000, LONGEST_TIMER);
  const timer = setTimeout(() => controller.abort(new EngineSilence(seconds)), milliseconds);
  return { signal: controller.signal, heard: () => timer.refresh(), end: () => clearTimeout(timer) };
}

import { EngineSilence } from './answer-within.ts';

/** Ends what nothing is heard of for so long, while it goes on for as long as it likes otherwise. */
export interface Silence {
  /** Aborted when it has lasted too long. */
  readonly signal: AbortSignal;
  readonly heard: () => void;
  readonly end: () => void;
}

export function createSilence(seconds: number): Silence {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new EngineSilence(seconds)), seconds * 1000);
  return { signal: controller.signal, heard: () => timer.refresh(), end: () => clearTimeout(timer) };
}

import { answerWithin, EngineSilence } from './answer-within.ts';
import { Fault } from './fault.ts';

/** Slow disks and many containers at once take minutes; an engine may also hang here while it answers its ping. */
const STARTING_SECONDS = 5 * 60;

/** Creates or starts a container; one that takes too long ends its job, and may be tried again. */
export async function startingWithin<T>(
  what: string,
  begin: (signal: AbortSignal) => Promise<T>,
  stop: AbortSignal,
): Promise<T> {
  try {
    return await answerWithin(STARTING_SECONDS, begin, stop);
  } catch (error) {
    if (!(error instanceof EngineSilence) || stop.aborted) throw error;
    const message = `the engine did not start ${what} within ${STARTING_SECONDS / 60} min; is it overloaded?`;
    throw new Fault({ kind: 'start-failed', message, transient: true });
  }
}

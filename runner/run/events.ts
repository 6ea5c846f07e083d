import { messageOf } from '../errors.ts';
import type { RunEvent } from '../model/event.ts';
import type { Reporter } from '../ports.ts';

export type Emit = (event: RunEvent) => void;

/** Tells every reporter. One that throws is dropped, the others hear of it once: none can fail the run. */
export function createEvents(reporters: readonly Reporter[]): Emit {
  const listening = new Set(reporters);
  const emit = (event: RunEvent): void => {
    for (const reporter of listening) {
      try {
        reporter.on(event);
      } catch (error) {
        listening.delete(reporter);
        const message = messageOf(error);
        emit({ type: 'warning', message: `A reporter failed and is told nothing more: ${message}` });
      }
    }
  };
  return emit;
}

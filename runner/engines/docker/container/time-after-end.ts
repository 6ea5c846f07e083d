import { EngineSilence } from '../connection/answer-within.ts';

export interface TimeAfterEnd {
  /** Aborted when it is over. */
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/**
 * The time that what is read of a container may take after its end: `seconds`, of which an interrupt that comes
 * meanwhile, or came before, leaves no more than `afterCancelSeconds`.
 */
export function createTimeAfterEnd(
  seconds: number,
  cancel: AbortSignal,
  afterCancelSeconds: number,
): TimeAfterEnd {
  const over = new AbortController();
  const endIn = (left: number): NodeJS.Timeout =>
    setTimeout(() => over.abort(new EngineSilence(left)), left * 1000);
  const timers = [endIn(seconds)];
  const onCancel = (): void => void timers.push(endIn(afterCancelSeconds));
  if (cancel.aborted) onCancel();
  else cancel.addEventListener('abort', onCancel, { once: true });
  return {
    signal: over.signal,
    release() {
      cancel.removeEventListener('abort', onCancel);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

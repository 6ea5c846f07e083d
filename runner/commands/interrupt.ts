import { setMaxListeners } from 'node:events';

/** The two stages of an interrupt: stop in order, then at once. */
export interface Interrupt {
  readonly soft: AbortSignal;
  readonly hard: AbortSignal;
  /** Gives the signals back to Node. */
  readonly dispose: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for INT, TERM and HUP: the first aborts `soft`, the next `hard`. The reason is the signal's name. */
export function listenForInterrupt(): Interrupt {
  const soft = new AbortController();
  const hard = new AbortController();
  // Every container, every wait for a retry listens: hundreds are no leak.
  setMaxListeners(0, soft.signal, hard.signal);
  const listen = (signal: NodeJS.Signals) => {
    if (soft.signal.aborted) hard.abort(signal);
    else soft.abort(signal);
  };
  for (const signal of SIGNALS) process.on(signal, listen);
  return {
    soft: soft.signal,
    hard: hard.signal,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, listen);
    },
  };
}

import { setMaxListeners } from 'node:events';
import { EXIT } from '../../errors.ts';

/** The two stages of an interrupt: stop in order, then at once. */
export interface Interrupt {
  readonly soft: AbortSignal;
  readonly hard: AbortSignal;
  /** Gives the signals back to Node. */
  readonly dispose: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Listens for INT, TERM, HUP and QUIT: the first aborts `soft`, the next `hard`. The reason is the signal's name. */
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

/** So long may closing take: what it leaves behind the next run sweeps. */
const CLOSE_MILLISECONDS = { unhurried: 30_000, soft: 2000, hard: 500 } as const;

/** Closes, but waits for no engine that hangs; then its connections must not keep the process either. */
export async function closeWithin(close: () => Promise<void>, interrupt: Interrupt): Promise<void> {
  const pace = interrupt.hard.aborted ? 'hard' : interrupt.soft.aborted ? 'soft' : 'unhurried';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((done) => {
    timer = setTimeout(() => done('late'), CLOSE_MILLISECONDS[pace]);
  });
  const ended = await Promise.race([close(), late]).finally(() => clearTimeout(timer));
  if (ended !== 'late' && pace === 'unhurried') return;
  setTimeout(() => process.exit(process.exitCode ?? EXIT.interrupted), LINGER_MILLISECONDS).unref();
}

/** Time to say how it ended. */
const LINGER_MILLISECONDS = 500;

import { cleaned } from '../../report/cleaned.ts';

/** One line that changes in its place, where somebody looks on; nothing where nobody does. */
export interface Ticker {
  show(text: string): void;
  /** Makes room for a line that stays. */
  clear(): void;
}

const MILLISECONDS = 200;

export function createTicker(stream: NodeJS.WriteStream): Ticker {
  if (!stream.isTTY || process.env['TERM'] === 'dumb')
    return { show: () => undefined, clear: () => undefined };
  let shownAt = 0;
  let isShown = false;
  return {
    show(text) {
      const now = performance.now();
      if (now - shownAt < MILLISECONDS) return;
      shownAt = now;
      isShown = true;
      stream.write(`\r\u001b[K${cleaned(text.slice(0, Math.max(1, stream.columns - 1)))}`);
    },
    clear() {
      if (isShown) stream.write('\r\u001b[K');
      isShown = false;
    },
  };
}

import { EngineError, messageOf, StoreError } from '../errors.ts';

export type Part = 'project' | 'store' | 'engine';

/** What is out of reach, said once when it goes and once when it is back. */
export interface Outages {
  /** Milliseconds until it is tried again: longer each time, a minute at the most. */
  readonly begin: (part: Part, reason: string) => number;
  readonly end: (part: Part) => void;
  readonly open: () => readonly Part[];
}

const FIRST_MS = 2000;
const MOST_MS = 60_000;

export function createOutages(say: (line: string) => void): Outages {
  const known = new Map<Part, { tries: number }>();
  return {
    begin(part, reason) {
      const outage = known.get(part) ?? { tries: 0 };
      if (!known.has(part)) {
        known.set(part, outage);
        say(`the ${part} is out of reach: ${reason}; nothing is started until it is back`);
      }
      outage.tries += 1;
      return Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(outage.tries - 1, 10));
    },
    end(part) {
      if (known.delete(part)) say(`the ${part} is back`);
    },
    open: () => [...known.keys()],
  };
}

/** Which part an error says is gone; undefined: it says something else. */
export function partOf(error: unknown): { readonly part: Part; readonly reason: string } | undefined {
  if (error instanceof StoreError) return { part: 'store', reason: messageOf(error) };
  if (error instanceof EngineError) return { part: 'engine', reason: messageOf(error) };
  return undefined;
}

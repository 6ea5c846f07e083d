import { createContext, Script } from 'node:vm';

/**
 * Does work that must not take long, and throws where it has no end: what never lets go would stop the tests' own
 * clock too. Minutes are what is told apart from moments; a busy machine is no failure.
 */
export function ending<T>(work: () => T): T {
  const results: T[] = [];
  const context = createContext({ work: () => void results.push(work()) });
  new Script('work()').runInContext(context, { timeout: 50_000 });
  for (const result of results) return result;
  throw new Error('Expected a result');
}

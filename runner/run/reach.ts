import { EngineError } from '../errors.ts';
import type { Engine } from '../ports.ts';
import type { AttemptFailure } from './attempt/work.ts';

/**
 * Why nothing else would fare better than this failure, in words; undefined where it is the instance's own. A lost
 * connection may be one container's: whether the engine is gone, only the engine can tell.
 */
export async function whatIsLost(failure: AttemptFailure, engine: Engine): Promise<string | undefined> {
  if (failure.storeLost) return `the store is out of reach: ${failure.cause.message}`;
  if (failure.cause.kind !== 'engine-lost') return undefined;
  try {
    await engine.check();
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return `the engine is out of reach: ${error.message}`;
  }
}

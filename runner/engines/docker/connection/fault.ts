import { StoreError } from '../../../errors.ts';
import type { Cause } from '../../../model/cause.ts';
import { causeOf } from './engine-answer.ts';

/** Ends a job with a cause, from wherever it was found. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly because: Cause;
  constructor(because: Cause) {
    super(because.message);
    this.because = because;
  }
}

/** The cause of whatever was thrown while `doing`. */
export function causeOfError(error: unknown, doing: string): Cause {
  if (error instanceof StoreError) return causeOfStore(error, doing);
  return causeOf(error, doing);
}

function causeOfStore(error: StoreError, doing: string): Cause {
  const message = `the store failed while ${doing}: ${error.message}`;
  switch (error.code) {
    case 'store-full':
      return { kind: 'store-full', message, transient: false };
    case 'store-unreachable':
      return { kind: 'store-error', message, transient: true };
    case 'precondition-failed':
    case 'not-found':
    case 'store-denied':
    case 'store-corrupt':
    case 'store-unsuitable':
    case 'store-schema':
    case 'path-taken':
    case 'bad-key':
      return { kind: 'store-error', message, transient: false };
  }
}

import { causeOfStore, StoreError } from '../../../errors.ts';
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
  if (error instanceof StoreError)
    return causeOfStore(error, `the store failed while ${doing}: ${error.message}`);
  return causeOf(error, doing);
}

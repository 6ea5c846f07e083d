/** What ended an attempt, other than success. The names are stable: reports, retries and alerts use them. */
export type CauseKind =
  | 'exit' // the script's own non-zero status
  | 'not-ready' // 75, EX_TEMPFAIL
  | 'no-data' // 66, EX_NOINPUT
  | 'signal' // killed, and not by us nor for memory
  | 'oom' // or 137 under a memory limit that nobody is known to have sent
  | 'timeout'
  | 'cancelled'
  | 'command-not-found'
  | 'start-failed'
  | 'image-missing'
  | 'pull-denied'
  | 'pull-failed'
  | 'build-failed'
  | 'engine-lost'
  | 'engine-error'
  | 'input-corrupt'
  | 'input-gone'
  | 'input-changed' // an external object is another than was recorded
  | 'output-missing'
  | 'output-empty'
  | 'output-refused'
  | 'value-missing'
  | 'value-refused' // no legs can be made of it
  | 'store-full'
  | 'store-error'
  | 'path-taken' // what it publishes to is another instance's
  | 'expression-error'
  | 'claim-lost'
  | 'internal';

export interface Cause {
  readonly kind: CauseKind;
  /** One line in words; what to do about it where that is known. */
  readonly message: string;
  /** Worth another try without anybody changing anything. */
  readonly transient: boolean;
}

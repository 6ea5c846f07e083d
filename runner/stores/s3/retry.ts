import type { S3ClientConfig } from '@aws-sdk/client-s3';

/** The SDK's seam for retries. */
export type RetryStrategy = Extract<
  NonNullable<S3ClientConfig['retryStrategy']>,
  { refreshRetryTokenForRetry: unknown }
>;
type Token = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;
type Failure = Parameters<RetryStrategy['refreshRetryTokenForRetry']>[1];

/** How long a store that has answered before is waited for, and one that never has. */
export const PATIENCE_MILLISECONDS = 90_000;
export const FIRST_PATIENCE_MILLISECONDS = 10_000;

const BASE_MILLISECONDS = 100;
const MAX_MILLISECONDS = 5000;
const MAX_HINTED_MILLISECONDS = 20_000;

/** Not failures but requests to come back; S3 documents both with "try again". */
const COME_BACK = ['ConditionalRequestConflict', 'OperationAborted', 'RequestTimeout'];

/** The SDK goes by the store's clock from the first such answer on; what was under way by then is sent again. */
const SKEWED = ['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'];
const MAX_SKEWED = 3;

/** Not implemented, not this version of HTTP, no space left. */
const FINAL = [501, 505, 507];

/** The stack of the SDK gives up on these although the body was only cut short on its way. */
const CUT_SHORT = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNABORTED', 'EPROTO'];

/**
 * Retries what may pass, with full jitter and without the SDK's budget of tokens, which a minute of 503 to many
 * callers at once would empty. Ends by time, not by count.
 */
export function createRetryStrategy(
  now: () => number = () => performance.now(),
  random: () => number = Math.random,
): RetryStrategy {
  const started = new WeakMap<Token, number>();
  let hasAnswered = false;

  return {
    async acquireInitialRetryToken() {
      const token = tokenOf(0, 0);
      started.set(token, now());
      return token;
    },

    async refreshRetryTokenForRetry(token, failure) {
      const start = started.get(token) ?? now();
      if (isAnswer(failure)) hasAnswered = true;
      const patience = hasAnswered ? PATIENCE_MILLISECONDS : FIRST_PATIENCE_MILLISECONDS;
      const delay = delayAfter(token.getRetryCount(), failure, random);
      if (!mayPass(failure, token.getRetryCount()) || now() - start + delay > patience)
        throw new Error('no more retries');
      const next = tokenOf(token.getRetryCount() + 1, delay);
      started.set(next, start);
      return next;
    },

    recordSuccess() {
      hasAnswered = true;
    },
  };
}

function mayPass({ errorType, error }: Failure, count: number): boolean {
  const { name, code, status } = describe(error);
  if (SKEWED.includes(name)) return count < MAX_SKEWED;
  if (errorType === 'THROTTLING') return true;
  // While the two clocks differ the SDK calls every answer transient, a 404 and a 412 too. Not so one that broke off.
  if (errorType === 'TRANSIENT') return !isRefusal(status) || code !== '' || COME_BACK.includes(name);
  if (errorType === 'SERVER_ERROR') return !FINAL.includes(status ?? 0);
  return COME_BACK.includes(name) || CUT_SHORT.includes(code);
}

function isRefusal(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500;
}

function delayAfter(count: number, failure: Failure, random: () => number): number {
  const jittered = random() * Math.min(MAX_MILLISECONDS, BASE_MILLISECONDS * 2 ** count);
  const hinted = (failure.retryAfterHint?.getTime() ?? 0) - Date.now();
  return Math.max(jittered, Math.min(hinted, MAX_HINTED_MILLISECONDS));
}

function isAnswer({ error }: Failure): boolean {
  return describe(error).status !== undefined;
}

function describe(error: Failure['error']) {
  return {
    name: error?.name ?? '',
    code: error !== undefined && 'code' in error ? String(error.code) : '',
    status: error?.$metadata?.httpStatusCode,
  };
}

function tokenOf(count: number, delay: number): Token {
  return { getRetryCount: () => count, getRetryDelay: () => delay };
}

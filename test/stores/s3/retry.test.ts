import { describe, expect, it } from 'vitest';
import { createRetryStrategy } from '../../../runner/stores/s3/retry.ts';

type Failure = Parameters<ReturnType<typeof createRetryStrategy>['refreshRetryTokenForRetry']>[1];

const unreachable: Failure = { errorType: 'TRANSIENT', error: errorWith({ code: 'ECONNREFUSED' }) };
const overloaded: Failure = {
  errorType: 'TRANSIENT',
  error: errorWith({ $metadata: { httpStatusCode: 503 } }),
};

/** How long a store that always fails this way is waited for, by a clock of its own. */
async function waitsFor(
  failure: Failure,
  { random = () => 0.5, before }: { random?: () => number; before?: 'answered' } = {},
) {
  let now = 0;
  const delays: number[] = [];
  const strategy = createRetryStrategy(() => now, random);
  if (before === 'answered') strategy.recordSuccess(await strategy.acquireInitialRetryToken(''));
  let token = await strategy.acquireInitialRetryToken('');
  try {
    for (;;) {
      token = await strategy.refreshRetryTokenForRetry(token, failure);
      delays.push(token.getRetryDelay());
      now += token.getRetryDelay() + 10;
    }
  } catch {
    return { seconds: now / 1000, delays };
  }
}

describe('a store that fails', () => {
  it('with 503 is waited out for a minute', async () => {
    for (const random of [() => 0.01, () => 0.5, () => 1]) {
      const { seconds } = await waitsFor(overloaded, { random });
      expect(seconds).toBeGreaterThan(60);
      expect(seconds).toBeLessThan(100);
    }
  });

  it('to be reached is given up soon if it never answered, and waited for if it did', async () => {
    expect((await waitsFor(unreachable)).seconds).toBeLessThan(11);
    expect((await waitsFor(unreachable, { before: 'answered' })).seconds).toBeGreaterThan(60);
  });

  it('is asked at random moments within growing bounds', async () => {
    const { delays } = await waitsFor(overloaded, { random: () => 1 });
    expect(delays.slice(0, 7)).toEqual([100, 200, 400, 800, 1600, 3200, 5000]);
    expect((await waitsFor(overloaded, { random: () => 0.25 })).delays.slice(0, 3)).toEqual([25, 50, 100]);
  });

  it('and says when to come back is asked then, within bounds', async () => {
    const hint = (milliseconds: number): Failure => ({
      ...overloaded,
      retryAfterHint: new Date(Date.now() + milliseconds),
    });
    expect((await waitsFor(hint(3000))).delays[0]).toBeGreaterThan(2000);
    expect((await waitsFor(hint(3_600_000))).delays[0]).toBeLessThanOrEqual(20_000);
  });

  it('for good is not asked again', async () => {
    const refused: Failure = {
      errorType: 'CLIENT_ERROR',
      error: errorWith({ $metadata: { httpStatusCode: 403 } }),
    };
    const unknown: Failure = {
      errorType: 'SERVER_ERROR',
      error: errorWith({ $metadata: { httpStatusCode: 501 } }),
    };
    expect((await waitsFor(refused)).delays).toEqual([]);
    expect((await waitsFor(unknown)).delays).toEqual([]);
  });

  it('for good is not asked again either where the clocks differ, which makes the SDK call it transient', async () => {
    for (const httpStatusCode of [404, 412]) {
      const refused: Failure = {
        errorType: 'TRANSIENT',
        error: errorWith({ $metadata: { httpStatusCode, clockSkewCorrected: true } }),
      };
      expect((await waitsFor(refused)).delays).toEqual([]);
    }
  });

  it('by an answer that broke off is asked again, whatever its head said', async () => {
    const broken: Failure = {
      errorType: 'TRANSIENT',
      error: errorWith({ code: 'ECONNRESET', $metadata: { httpStatusCode: 404 } }),
    };
    expect((await waitsFor(broken)).seconds).toBeGreaterThan(60);
  });

  it('for the clock is asked again a few times: another answer may just have set it', async () => {
    for (const errorType of ['TRANSIENT', 'CLIENT_ERROR'] as const) {
      const skewed: Failure = {
        errorType,
        error: errorWith({ name: 'RequestTimeTooSkewed', $metadata: { httpStatusCode: 403 } }),
      };
      expect((await waitsFor(skewed)).delays).toHaveLength(3);
    }
  });
});

function errorWith(fields: object): NonNullable<Failure['error']> {
  // As the SDK makes them: an error with more.
  return Object.assign(new Error('no'), fields) as NonNullable<Failure['error']>;
}

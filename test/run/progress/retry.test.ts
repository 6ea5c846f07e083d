import { expect, test } from 'vitest';
import type { Cause, CauseKind } from '../../../runner/model/cause.ts';
import type { Retry } from '../../../runner/model/pipeline.ts';
import { decideRetry } from '../../../runner/run/progress/retry.ts';

const policy: Retry = {
  maxAttempts: 3,
  backoffSeconds: 10,
  factor: 3,
  maxBackoffSeconds: 50,
  jitter: false,
  on: ['transient'],
};

function cause(kind: CauseKind, transient = false): Cause {
  return { kind, message: kind, transient };
}

function isRetried(on: Retry['on'], failure: { cause: Cause; exitCode?: number }): boolean {
  return decideRetry({ ...policy, on }, failure, 1, 0.5).kind === 'retry';
}

test('transient trouble is tried again, a failure of the script is not, unless asked for', () => {
  expect(isRetried(['transient'], { cause: cause('engine-lost', true) })).toBe(true);
  expect(isRetried(['transient'], { cause: cause('exit'), exitCode: 1 })).toBe(false);
  expect(isRetried(['any'], { cause: cause('exit'), exitCode: 1 })).toBe(true);
  expect(isRetried([3], { cause: cause('exit'), exitCode: 3 })).toBe(true);
  expect(isRetried([3], { cause: cause('exit'), exitCode: 4 })).toBe(false);
  expect(isRetried(['timeout'], { cause: cause('timeout') })).toBe(true);
  expect(isRetried(['oom'], { cause: cause('oom') })).toBe(true);
  expect(isRetried(['oom'], { cause: cause('timeout') })).toBe(false);
  expect(isRetried(['timeout'], { cause: cause('pull-failed', true) })).toBe(true);
});

test('what is not ready or was stopped is not a failure to try again', () => {
  expect(isRetried(['any'], { cause: cause('cancelled') })).toBe(false);
  expect(isRetried(['any'], { cause: cause('not-ready', true), exitCode: 75 })).toBe(false);
  expect(isRetried([75], { cause: cause('not-ready', true), exitCode: 75 })).toBe(true);
  expect(isRetried(['any'], { cause: cause('no-data'), exitCode: 66 })).toBe(false);
});

test('the wait grows by the factor up to the maximum, and the tries end', () => {
  const waits = [1, 2, 3].map((tries) =>
    decideRetry({ ...policy, maxAttempts: 9 }, { cause: cause('engine-lost', true) }, tries, 0.5),
  );
  expect(waits).toEqual([
    { kind: 'retry', afterSeconds: 10 },
    { kind: 'retry', afterSeconds: 30 },
    { kind: 'retry', afterSeconds: 50 },
  ]);
  expect(decideRetry(policy, { cause: cause('engine-lost', true) }, 3, 0.5).kind).toBe('final');
});

test('full jitter spreads the wait from nothing to all of it', () => {
  const wait = (fraction: number) =>
    decideRetry({ ...policy, jitter: true }, { cause: cause('engine-lost', true) }, 2, fraction);
  expect(wait(0)).toEqual({ kind: 'retry', afterSeconds: 0 });
  expect(wait(0.5)).toEqual({ kind: 'retry', afterSeconds: 15 });
});

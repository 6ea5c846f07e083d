import { boolean, choice, integer, list, number, object, oneOf } from '../shape/combinators.ts';
import { DEFAULTS } from '../defaults.ts';

export const retry = object('a retry', {
  'max-attempts': {
    shape: integer({ min: 1, max: 100 }),
    description: 'Attempts in all; 1 means none but the first.',
    default: DEFAULTS.retry.maxAttempts,
    example: 'max-attempts: 5',
  },
  'backoff-seconds': {
    shape: number({ min: 0 }),
    description: 'Seconds before the second attempt. No slot is held meanwhile.',
    default: DEFAULTS.retry.backoffSeconds,
    example: 'backoff-seconds: 30',
  },
  factor: {
    shape: number({ min: 1, max: 100 }),
    description: 'Each wait is so many times the one before.',
    default: DEFAULTS.retry.factor,
    example: 'factor: 1.5',
  },
  'max-backoff-seconds': {
    shape: number({ min: 0 }),
    description: 'No wait is longer.',
    default: DEFAULTS.retry.maxBackoffSeconds,
    example: 'max-backoff-seconds: 600',
  },
  jitter: {
    shape: boolean,
    description: 'Waits vary at random, so that many failed instances do not come back all at once.',
    default: DEFAULTS.retry.jitter,
    example: 'jitter: false',
  },
  on: {
    shape: list(oneOf(choice('transient', 'timeout', 'oom', 'any'), integer({ min: 1, max: 255 })), 1),
    description: 'What is worth another attempt: these causes, or exit statuses.',
    default: 'any failure, where `retry` is written',
    example: 'on: [transient, timeout, 17]',
  },
});

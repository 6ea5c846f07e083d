import type { Cause } from '../../model/cause.ts';
import type { Retry } from '../../model/pipeline.ts';

export type RetryDecision =
  | { readonly kind: 'retry'; readonly afterSeconds: number }
  /** It has failed for now, and comes again when nothing else is left. */
  | { readonly kind: 'put-back' }
  | { readonly kind: 'final' };

/**
 * Whether a failed try is followed by another, and when. Transient trouble is worth one whatever `on` says: nobody
 * has to change anything for it to go away. `tries` counts those that were made; `fraction` is random in [0, 1).
 */
export function decideRetry(
  policy: Retry,
  failure: { readonly cause: Cause; readonly exitCode?: number },
  tries: number,
  fraction: number,
): RetryDecision {
  if (tries >= policy.maxAttempts || !isWorthRetrying(policy, failure)) return { kind: 'final' };
  const grown = policy.backoffSeconds * policy.factor ** (tries - 1);
  const ceiling = Math.min(policy.maxBackoffSeconds, grown);
  // Full jitter: instances that failed together do not come back together.
  return { kind: 'retry', afterSeconds: policy.jitter ? ceiling * fraction : ceiling };
}

function isWorthRetrying(
  policy: Retry,
  { cause, exitCode }: { readonly cause: Cause; readonly exitCode?: number },
): boolean {
  if (cause.kind === 'cancelled' || cause.kind === 'no-data') return false;
  if (cause.transient && cause.kind !== 'not-ready') return true;
  return policy.on.some((on) => {
    switch (on) {
      case 'transient':
        return false;
      case 'any':
        return cause.kind !== 'not-ready';
      case 'timeout':
        return cause.kind === 'timeout';
      case 'oom':
        return cause.kind === 'oom';
      default:
        return on === exitCode;
    }
  });
}

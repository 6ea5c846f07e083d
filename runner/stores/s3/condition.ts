import { StoreError } from '../../errors.ts';
import type { PutCondition } from '../../ports.ts';

/** As a request names it. */
export function conditionOf(condition: PutCondition | undefined): {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
} {
  if (condition === undefined) return {};
  return 'ifMatch' in condition ? { IfMatch: `"${condition.ifMatch}"` } : { IfNoneMatch: '*' };
}

/**
 * The failure of a request whose condition did not hold. With `ifMatch` S3 answers 404 where nothing is.
 * `isUndecided`: it may have held, and the write has to be made anew.
 */
export function lossOf(
  error: unknown,
  key: string,
  condition: PutCondition | undefined,
  isUndecided = false,
): StoreError | undefined {
  if (condition === undefined || !(error instanceof StoreError)) return undefined;
  const isLost =
    isUndecided ||
    error.code === 'precondition-failed' ||
    (error.code === 'not-found' && 'ifMatch' in condition);
  if (!isLost) return undefined;
  const message =
    'ifMatch' in condition ? `${key} was changed meanwhile` : `expected nothing under ${key}, found a value`;
  return new StoreError('precondition-failed', message, { key, cause: error.cause });
}

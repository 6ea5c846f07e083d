import { usageError } from '../../errors.ts';

/** The one word that is expected. */
export function idIn([id, ...more]: readonly string[]): string {
  if (id !== undefined && more.length === 0) return id;
  throw usageError(
    'no-backfill',
    id === undefined
      ? 'expected the id of a backfill'
      : `expected the id of one backfill, found ${id} ${more.join(' ')}`,
    'see them with: sluice backfill list',
  );
}

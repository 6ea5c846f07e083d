import { EXIT } from '../../errors.ts';
import type { Report } from '../../model/report.ts';

/** A run that leaves something waiting is incomplete; a tick asks again, and what others have in hand they make. */
export function tickStatus({ exitStatus, instances }: Pick<Report, 'exitStatus' | 'instances'>): number {
  if (exitStatus !== EXIT.incomplete) return exitStatus;
  const left = instances.some(
    ({ raises, added, state }) =>
      raises === true && added !== true && state !== 'waiting' && state !== 'running',
  );
  return left ? EXIT.incomplete : EXIT.ok;
}

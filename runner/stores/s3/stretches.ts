import { compareKeys } from '../../model/key.ts';
import type { ListOptions } from '../../ports.ts';

/** Keys above `after`, not above `to`. */
export interface Stretch {
  readonly after?: string;
  readonly to?: string;
}

/** What lies between the bounds, divided at the splits that lie there too; without any it is one stretch. */
export function stretches({ after, to, splits = [] }: Omit<ListOptions, 'signal'>): Stretch[] {
  const inner = splits.filter(
    (split) =>
      (after === undefined || compareKeys(split, after) > 0) &&
      (to === undefined || compareKeys(split, to) < 0),
  );
  const bounds = [after, ...inner, to];
  return bounds.slice(1).map((end, place) => {
    const start = bounds[place];
    return { ...(start !== undefined && { after: start }), ...(end !== undefined && { to: end }) };
  });
}

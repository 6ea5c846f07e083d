import type { InstanceId } from '../../model/partition.ts';
import { OBJECTS_GONE } from '../../model/records.ts';
import { blockedReason, type Upstream } from './upstream.ts';
import type { Work } from './work.ts';

export type Gone =
  | { readonly kind: 'blocked'; readonly reason: string }
  /** All that was read is there, or another attempt's result stands in its place: worth another try. */
  | { readonly kind: 'changed' };

/** An object of what the instance reads was not there: says of which instances, and leaves word of it in the store. */
export async function confirmGone(
  { planned, environment }: Work,
  { needs }: Pick<Upstream, 'needs'>,
): Promise<Gone> {
  const gone = new Set<InstanceId>();
  for (const { instance, attempt } of needs.flatMap(({ present }) => present)) {
    if ((await environment.ledger.confirmGone(instance, attempt)) === 'gone') gone.add(instance);
  }
  if (gone.size === 0) return { kind: 'changed' };
  return { kind: 'blocked', reason: blockedReason(planned.id, [...gone], OBJECTS_GONE) };
}

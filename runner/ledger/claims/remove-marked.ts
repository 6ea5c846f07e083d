import type { RecordKind, Stored } from '../records/record.ts';
import type { Context } from '../context.ts';

/**
 * Removes a record that many write on condition, in two steps, as a store's deletion knows none: a mark is written over
 * exactly what was read, which fails when somebody else has written; then the record goes, while the mark keeps
 * everybody away from it. When that step is late, the marked record stays for whoever comes after. False: it was
 * not to be had any more.
 */
export async function removeMarked<T extends { readonly nonce: string }>(
  { store, clock, heartbeat }: Context,
  records: Pick<RecordKind<T>, 'look' | 'write'>,
  key: string,
  { etag: over, mark }: { readonly etag: string; readonly mark: T },
): Promise<boolean> {
  const deadlineMs = (heartbeat.deadSeconds * 1000) / 2;
  const begun = clock.now();
  const etag = await records.write(store, key, mark, { condition: { ifMatch: over }, durable: false });
  // A mark that was repeated after a lost answer meets itself.
  if (etag === undefined && !isMark(await records.look(store, key), mark.nonce)) return false;
  const leftMs = deadlineMs - (clock.now() - begun);
  if (leftMs <= 0) return true;
  const signal = AbortSignal.timeout(leftMs);
  try {
    await store.delete([key], { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return true;
}

function isMark(found: Stored<{ readonly nonce: string }> | object | undefined, nonce: string): boolean {
  return found !== undefined && 'record' in found && found.record.nonce === nonce;
}

import { StoreError } from '../../errors.ts';
import { sha256Of } from '../../hash/hashed-body.ts';
import type { ObjectStore } from '../../ports.ts';

/** What is wrong with the bytes of an object, in words; undefined where nothing is. */
export async function wrongContent(
  store: ObjectStore,
  key: string,
  expected: string,
  signal: AbortSignal | undefined,
): Promise<'gone' | { readonly what: string } | undefined> {
  try {
    const found = await store.get(key, signal === undefined ? {} : { signal });
    if (found === undefined) return 'gone';
    const sha256 = await sha256Of(found);
    return sha256 === expected ? undefined : { what: `expected sha256 ${expected}, found ${sha256}` };
  } catch (error) {
    // A store that keeps checksums of its own finds the damage first.
    if (!(error instanceof StoreError) || error.code !== 'store-corrupt') throw error;
    return { what: 'its bytes are not those that the store itself has a checksum of' };
  }
}

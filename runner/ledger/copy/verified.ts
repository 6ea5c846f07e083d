import { StoreError } from '../../errors.ts';
import { verified } from '../../hash/hashed-body.ts';
import type { ObjectStore } from '../../ports.ts';

/** Up to here an object is held in memory whole: one request, where a stream costs a bucket three. */
const SMALL_BYTES = 1024 * 1024;

/** From store to store in constant memory; what has other bytes than it should never appears in the target. */
export async function copyVerified(
  from: ObjectStore,
  to: ObjectStore,
  key: string,
  toKey: string,
  expected: { readonly bytes: number; readonly sha256: string },
  signal: AbortSignal | undefined,
): Promise<'copied' | 'missing' | 'damaged'> {
  const stop = signal === undefined ? {} : { signal };
  try {
    const stored = await from.get(key, stop);
    if (stored === undefined) return 'missing';
    const bytes = verified(
      stored,
      expected.sha256,
      (found) =>
        new StoreError('store-corrupt', `${key}: expected sha256 ${expected.sha256}, found ${found}`, {
          key,
        }),
    );
    await to.put(toKey, stored.sizeBytes <= SMALL_BYTES ? await whole(bytes) : bytes, stop);
    return 'copied';
  } catch (error) {
    if (isDamage(error)) return 'damaged';
    throw error;
  }
}

/** A store may hand on what its source threw as the cause of an error of its own. */
function isDamage(error: unknown): boolean {
  return isCorrupt(error) || (error instanceof Error && isCorrupt(error.cause));
}

function isCorrupt(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'store-corrupt';
}

async function whole(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

import { createHash } from 'node:crypto';
import { StoreError } from '../../errors.ts';
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
  const stored = await from.get(key, stop);
  if (stored === undefined) return 'missing';
  const bytes = verified(stored.body, key, expected.sha256);
  try {
    await to.put(toKey, stored.sizeBytes <= SMALL_BYTES ? await whole(bytes) : bytes, stop);
    return 'copied';
  } catch (error) {
    if (isDamage(error)) return 'damaged';
    throw error;
  }
}

class Damage extends StoreError {}

/** A store may hand on what its source threw as the cause of an error of its own. */
function isDamage(error: unknown): boolean {
  return error instanceof Damage || (error instanceof Error && error.cause instanceof Damage);
}

async function* verified(
  body: AsyncIterable<Uint8Array>,
  key: string,
  sha256: string,
): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('hex');
  if (found !== sha256) {
    throw new Damage('store-corrupt', `${key}: expected sha256 ${sha256}, found ${found}`, { key });
  }
}

async function whole(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

import { createHash } from 'node:crypto';
import type { StoredBody } from '../ports.ts';
import { createStreamHash } from '../hash/stream-hash.ts';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export async function sha256Of({ body, sizeBytes }: Pick<StoredBody, 'body' | 'sizeBytes'>): Promise<string> {
  const hash = createStreamHash(sizeBytes);
  for await (const chunk of body) await hash.update(chunk);
  return hash.digest();
}

/** The same bytes; after the last of them it throws if they were others than expected. */
export async function* verified(
  { body, sizeBytes }: Pick<StoredBody, 'body' | 'sizeBytes'>,
  expected: string,
  failure: (found: string) => Error,
): AsyncIterable<Uint8Array> {
  const hash = createStreamHash(sizeBytes);
  for await (const chunk of body) {
    await hash.update(chunk);
    yield chunk;
  }
  const found = await hash.digest();
  if (found !== expected) throw failure(found);
}

import { createStreamHash } from './stream-hash.ts';

/** Bytes that come piece by piece, and about how many. */
export interface Body {
  readonly body: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
}

export async function sha256Of({ body, sizeBytes }: Body): Promise<string> {
  const hash = createStreamHash(sizeBytes);
  for await (const chunk of body) await hash.update(chunk);
  return hash.digest();
}

/** The same bytes; after the last of them it throws if they were others than expected. */
export async function* verified(
  { body, sizeBytes }: Body,
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

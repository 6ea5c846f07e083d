import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { openThreadHash } from './hash-thread.ts';

/** The sha256 of bytes that come piece by piece. */
export interface StreamHash {
  /** Wait for it before the next piece; these bytes may change afterwards. */
  update(bytes: Uint8Array): Promise<void> | void;
  /** Once, at the end. */
  digest(): Promise<string>;
}

/** Below it, handing the bytes to another thread costs more than it saves. */
const LARGE_BYTES = 8 * 1024 * 1024;

/** `sizeBytes`: about how many will come, so that many are hashed beside the thread that moves them. */
export function createStreamHash(sizeBytes: number): StreamHash {
  if (sizeBytes >= LARGE_BYTES && availableParallelism() > 1) {
    try {
      return openThreadHash();
    } catch {
      // No thread is to be had, where processes are limited for example: slower, and as right.
    }
  }
  const hash = createHash('sha256');
  return {
    update(bytes) {
      hash.update(bytes);
    },
    async digest() {
      return hash.digest('hex');
    },
  };
}

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface StreamLimits {
  readonly maxBytes: number;
  /** So long a pipe may keep its reader waiting in all. */
  readonly seconds: number;
}

/**
 * What is read once from its start to its end: a file, or what a shell hands over as one, `/dev/stdin`, `<(…)` or a
 * pipe by name. Opened without waiting, so that neither a pipe that nobody writes to nor one that is never closed holds
 * the process.
 *
 * @throws Error in words where it is too large or not there in time; the system's own otherwise.
 */
export async function readStreamFile(path: string, { maxBytes, seconds }: StreamLimits): Promise<Uint8Array> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const isPipe = (await file.stat()).isFIFO();
  const until = performance.now() + seconds * 1000;
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const chunk = await readChunk(file);
    if (chunk !== 'nothing yet' && chunk.length > 0) {
      total += chunk.length;
      if (total > maxBytes) throw new Error(`it holds more than ${maxBytes.toLocaleString('en-US')} bytes`);
      chunks.push(chunk);
      continue;
    }
    // A pipe is at its end also before anybody has opened it to write.
    const isAtEnd = chunk !== 'nothing yet' && (!isPipe || total > 0);
    if (isAtEnd) return Buffer.concat(chunks);
    if (performance.now() > until) {
      throw new Error(
        total === 0
          ? `it is a pipe, and nothing was written to it within ${seconds} s`
          : `it is a pipe that was not closed within ${seconds} s`,
      );
    }
    await sleep(20);
  }
}

async function readChunk(file: FileHandle): Promise<Uint8Array | 'nothing yet'> {
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024));
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 'nothing yet';
    throw error;
  }
}

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

export type SmallFile =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'absent' }
  /** `reason` is in words: it is no plain file, it is too large, or the system's own. */
  | { readonly kind: 'refused'; readonly reason: string };

/** A plain file that is read whole. A pipe in its place would never be opened, a device has no end. */
export async function readSmallFile(path: string, maxBytes: number): Promise<SmallFile> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (found.isDirectory()) return { kind: 'refused', reason: 'it is a folder' };
    if (!found.isFile()) return { kind: 'refused', reason: 'it is not a plain file' };
    if (found.size > maxBytes) {
      const sizes = [maxBytes, found.size].map((bytes) => bytes.toLocaleString('en-US'));
      return { kind: 'refused', reason: `expected at most ${sizes[0]} bytes, found ${sizes[1]}` };
    }
    return { kind: 'read', bytes: await file.readFile() };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    // A socket has no other end that reads.
    if (code === 'ENXIO') return { kind: 'refused', reason: 'it is not a plain file' };
    return { kind: 'refused', reason: error instanceof Error ? error.message : String(error) };
  }
}

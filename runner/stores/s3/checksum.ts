import * as zlib from 'node:zlib';

/** Since Node 20.15 and 22.2; before, all goes by the SDK's commands. */
const crc32: ((bytes: Uint8Array, before?: number) => number) | undefined = zlib.crc32;

export const canCheck = crc32 !== undefined;

/** The checksum of what has been read so far, `expected` by the store. */
export interface Checksum {
  readonly expected: number;
  found: number;
}

/** As a write tells it. */
export function checksumOf(bytes: Uint8Array): string {
  const binary = Buffer.alloc(4);
  binary.writeUInt32BE(crc32?.(bytes) ?? 0);
  return binary.toString('base64');
}

/** Undefined where the store tells none of the whole; `unknown`: one that only the SDK can compare. */
export function checksumIn(headers: Readonly<Record<string, string>>): Checksum | undefined | 'unknown' {
  const isPart = headers['content-range'] !== undefined || headers['x-amz-checksum-type'] === 'COMPOSITE';
  const told = Object.entries(headers).filter(
    ([name, value]) => /^x-amz-checksum-(?!type$|mode$)/.test(name) && !value.includes('-'),
  );
  if (isPart || told.length === 0) return undefined;
  const bytes = Buffer.from(headers['x-amz-checksum-crc32'] ?? '', 'base64');
  return bytes.length === 4 ? { expected: bytes.readUInt32BE(0), found: 0 } : 'unknown';
}

export function addTo(checksum: Checksum | undefined, bytes: Uint8Array): void {
  if (checksum !== undefined) checksum.found = crc32?.(bytes, checksum.found) ?? checksum.expected;
}

/** In the SDK's words. */
export function refuseMismatch(checksum: Checksum | undefined): void {
  if (checksum === undefined || checksum.expected === checksum.found) return;
  throw new Error(`Checksum mismatch: expected CRC32 ${checksum.expected}, found ${checksum.found}`);
}

/** Keeps the head and the tail of a log in bounded memory; says what was cut between them. */
export interface StoredLog {
  /** Whole lines. */
  push(lines: Buffer): void;
  /** Head, a line that says how much is cut, tail. */
  content(): Buffer;
}

export interface LogBounds {
  readonly headBytes: number;
  readonly tailBytes: number;
}

export const LOG_BOUNDS: LogBounds = { headBytes: 4 * 1024 * 1024, tailBytes: 4 * 1024 * 1024 };

export function createStoredLog(bounds: LogBounds = LOG_BOUNDS): StoredLog {
  /** Grows up to its bound: small writes must not become as many small buffers. */
  let headBuffer = Buffer.alloc(0);
  let headBytes = 0;
  /** A ring of the newest bytes; made when the head is full, with the room that a long line left there. */
  let ring: Buffer | undefined;
  let written = 0;

  const head = (): Buffer => headBuffer.subarray(0, headBytes);

  const pushHead = (bytes: Buffer): void => {
    if (headBytes + bytes.length > headBuffer.length) {
      const grown = Buffer.alloc(Math.min(bounds.headBytes, 2 * (headBytes + bytes.length)));
      head().copy(grown);
      headBuffer = grown;
    }
    bytes.copy(headBuffer, headBytes);
    headBytes += bytes.length;
  };

  const pushTail = (bytes: Buffer): void => {
    ring ??= Buffer.alloc(bounds.headBytes - headBytes + bounds.tailBytes);
    written += bytes.length;
    const newest = bytes.subarray(Math.max(0, bytes.length - ring.length));
    const at = (written - newest.length) % ring.length;
    const first = newest.copy(ring, at);
    newest.copy(ring, 0, first);
  };

  const tail = (): Buffer => {
    if (ring === undefined) return Buffer.alloc(0);
    if (written <= ring.length) return ring.subarray(0, written);
    const at = written % ring.length;
    return Buffer.concat([ring.subarray(at), ring.subarray(0, at)]);
  };

  return {
    push(lines) {
      const room = ring === undefined ? bounds.headBytes - headBytes : 0;
      // The head ends with a whole line; a block that does not fit goes to the tail from there on.
      const end = lines.length <= room ? lines.length : lines.lastIndexOf(0x0a, Math.max(0, room - 1)) + 1;
      const forHead = room > 0 ? Math.min(end, room) : 0;
      if (forHead > 0) pushHead(lines.subarray(0, forHead));
      if (forHead < lines.length) pushTail(lines.subarray(forHead));
    },
    content() {
      const end = tail();
      if (ring === undefined || written <= ring.length) return Buffer.concat([head(), end]);
      const whole = end.subarray(end.indexOf(0x0a) + 1);
      const cut = (written - whole.length).toLocaleString('en-US');
      return Buffer.concat([head(), Buffer.from(`… ${cut} bytes cut here …\n`), whole]);
    },
  };
}

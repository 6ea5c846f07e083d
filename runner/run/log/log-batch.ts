import type { LogChunk } from '../../model/job.ts';

/** Gathers what an engine tells in small pieces, in order. */
export interface LogBatch {
  push(chunk: LogChunk): void;
  flush(): void;
}

const BATCH_BYTES = 64 * 1024;

/**
 * Engines tell a log line by line; looking for secrets costs the same for a line as for many. What comes in one go
 * is told together, at the latest when the event loop turns, so that whoever watches sees it at once. The bytes are
 * told in a buffer that is used again: `tell` copies what it keeps.
 */
export function createLogBatch(tell: (chunk: LogChunk) => void): LogBatch {
  const buffer = Buffer.allocUnsafe(BATCH_BYTES);
  let filled = 0;
  let stream: LogChunk['stream'] = 'stdout';
  let turn: NodeJS.Immediate | undefined;

  const flush = (): void => {
    if (turn !== undefined) clearImmediate(turn);
    turn = undefined;
    if (filled === 0) return;
    const bytes = buffer.subarray(0, filled);
    filled = 0;
    tell({ stream, bytes });
  };

  return {
    flush,
    push(chunk) {
      if (chunk.stream !== stream || filled + chunk.bytes.length > BATCH_BYTES) flush();
      stream = chunk.stream;
      if (chunk.bytes.length > BATCH_BYTES) {
        tell(chunk);
        return;
      }
      buffer.set(chunk.bytes, filled);
      filled += chunk.bytes.length;
      turn ??= setImmediate(flush);
    },
  };
}

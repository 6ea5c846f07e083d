import { LOG_BOUNDS } from './stored-log.ts';

/** Cuts a stream of bytes into blocks of whole lines, so that two streams can be told side by side. */
export interface LineBlocks {
  /** Whole lines, each with its newline; empty when there is none yet. */
  push(bytes: Buffer): Buffer;
  /** What came without a newline at the end, with one. */
  end(): Buffer;
}

/** What is kept of a log's end has room for one such line: longer ones are cut, and say so. */
export const MAX_LINE_BYTES = LOG_BOUNDS.tailBytes - 64 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const NOTHING: Buffer = Buffer.alloc(0);
/** So much is not given back between lines. */
const USUAL_BYTES = 4 * 1024;

/** Holds at most one line of `maxLineBytes`; looks for newlines natively, never byte by byte. */
export function createLineBlocks(maxLineBytes: number = MAX_LINE_BYTES): LineBlocks {
  /** Grows: a long line that comes in small pieces must not become as many buffers. */
  let held: Buffer = NOTHING;
  let heldBytes = 0;
  let cutBytes = 0;

  const forget = (): void => {
    if (held.length > USUAL_BYTES) held = NOTHING;
    heldBytes = 0;
    cutBytes = 0;
  };

  const hold = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    // What a progress bar has drawn over is gone; a return at the very end may still belong to a newline.
    if (heldBytes > 0 && held[heldBytes - 1] === RETURN) forget();
    const over = bytes.subarray(0, -1).lastIndexOf(RETURN);
    if (over >= 0) forget();
    const rest = bytes.subarray(over + 1);
    const kept = rest.subarray(0, Math.max(0, maxLineBytes - heldBytes));
    if (heldBytes + kept.length > held.length) {
      const grown = Buffer.allocUnsafe(Math.max(USUAL_BYTES, 2 * (heldBytes + kept.length)));
      held.copy(grown, 0, 0, heldBytes);
      held = grown;
    }
    kept.copy(held, heldBytes);
    heldBytes += kept.length;
    cutBytes += rest.length - kept.length;
  };

  /** The held line, ended. */
  const release = (): Buffer => {
    const note = cutBytes > 0 ? ` … ${cutBytes.toLocaleString('en-US')} bytes of this line cut` : '';
    const line = Buffer.concat([held.subarray(0, heldBytes), Buffer.from(`${note}\n`)]);
    forget();
    return line;
  };

  return {
    push(bytes) {
      const last = bytes.lastIndexOf(NEWLINE);
      if (last < 0) {
        hold(bytes);
        return NOTHING;
      }
      let from = 0;
      const blocks: Buffer[] = [];
      if (heldBytes > 0 || cutBytes > 0) {
        const first = bytes.indexOf(NEWLINE);
        hold(bytes.subarray(0, first));
        blocks.push(release());
        from = first + 1;
      }
      if (from <= last) blocks.push(...withoutLongLines(bytes.subarray(from, last + 1), maxLineBytes));
      hold(bytes.subarray(last + 1));
      return blocks.length === 1 ? (blocks[0] ?? NOTHING) : Buffer.concat(blocks);
    },
    end: () => (heldBytes > 0 || cutBytes > 0 ? release() : NOTHING),
  };
}

/** Only a block that is longer than a line may be can hold one that is too long. */
function withoutLongLines(block: Buffer, maxLineBytes: number): readonly Buffer[] {
  if (block.length <= maxLineBytes) return [block];
  const blocks: Buffer[] = [];
  let from = 0;
  while (from < block.length) {
    // Lines up to here fit together, whatever they are.
    const fitting = block.lastIndexOf(NEWLINE, Math.min(block.length, from + maxLineBytes) - 1);
    if (fitting >= from) {
      blocks.push(block.subarray(from, fitting + 1));
      from = fitting + 1;
      continue;
    }
    const end = block.indexOf(NEWLINE, from);
    const cut = (end - from - maxLineBytes).toLocaleString('en-US');
    if (end - from > maxLineBytes) {
      blocks.push(
        block.subarray(from, from + maxLineBytes),
        Buffer.from(` … ${cut} bytes of this line cut\n`),
      );
    } else {
      blocks.push(block.subarray(from, end + 1));
    }
    from = end + 1;
  }
  return blocks;
}

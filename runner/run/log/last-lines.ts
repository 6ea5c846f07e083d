/** The end of a log, of each stream apart: engines interleave the two as they like, so the error may stand anywhere. */
export interface LastLines {
  /** Whole lines. */
  push(stream: Stream, lines: Buffer): void;
  /**
   * The last lines in the order in which they came. Where stderr's own end is not among the last of these, it stands
   * at the end, below a line that says so: whoever shows only a few sees the error.
   */
  compose(): readonly string[];
}

type Stream = 'stdout' | 'stderr';

interface Line {
  /** Counts the blocks of both streams, and so tells their order. */
  readonly block: number;
  readonly text: string;
}

const KEPT = 20;
/** So many of stderr's last lines are always there. */
const OF_STDERR = 6;
/** Whoever shows the fewest shows three, a report ten. */
const SHOWN_LEAST = 3;
const SHOWN_MOST = 10;
/** More of a line is in the stored log. */
const LINE_BYTES = 4 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

export const STDERR_APART = '… and stderr ended with:';

export function createLastLines(): LastLines {
  const ends: Record<Stream, Line[]> = { stdout: [], stderr: [] };
  let block = 0;

  return {
    push(stream, lines) {
      block += 1;
      const end = ends[stream];
      for (const line of lastOf(lines)) end.push({ block, text: textOf(line) });
      if (end.length > KEPT) end.splice(0, end.length - KEPT);
    },
    compose() {
      const both = [...ends.stdout, ...ends.stderr].sort((a, b) => a.block - b.block).slice(-KEPT);
      const errors = ends.stderr.filter(({ text }) => text.trim() !== '').slice(-OF_STDERR);
      if (isInSight(errors, both)) return both.map(({ text }) => text);
      const others = both.filter((line) => !errors.includes(line)).slice(errors.length + 1 - KEPT);
      return [...others, { text: STDERR_APART }, ...errors].map(({ text }) => text);
    },
  };
}

function isInSight(errors: readonly Line[], lines: readonly Line[]): boolean {
  const last = errors.at(-1);
  if (last === undefined) return true;
  const shown = lines.slice(-SHOWN_MOST);
  return lines.slice(-SHOWN_LEAST).includes(last) && errors.every((line) => shown.includes(line));
}

/** The last lines of a block, without their newlines; looks at no more than its end. */
function lastOf(lines: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  let to = lines.length - 1;
  while (to >= 0 && found.length < KEPT) {
    const from = to === 0 ? 0 : lines.lastIndexOf(NEWLINE, to - 1) + 1;
    found.push(lines.subarray(from, to));
    to = from - 1;
  }
  return found.reverse();
}

/** As a person would have seen it: a carriage return starts a line over, as a progress bar does. */
function textOf(line: Buffer): string {
  const ended = line.at(-1) === RETURN ? line.subarray(0, -1) : line;
  const seen = ended.subarray(ended.lastIndexOf(RETURN) + 1);
  if (seen.length <= LINE_BYTES) return seen.toString('utf8');
  const more = (seen.length - LINE_BYTES).toLocaleString('en-US');
  return `${seen.toString('utf8', 0, LINE_BYTES)} … ${more} bytes more in the log`;
}

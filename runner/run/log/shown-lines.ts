/** So many lines of an attempt are shown one by one; who prints more is not read by a person. */
const SHOWN = 100_000;
/** Of one line. */
const SHOWN_CHARACTERS = 64 * 1024;

/** Tells lines as they are written. Beyond what anybody reads it tells only the last line of each block. */
export function createShownLines(tell: (stream: 'stdout' | 'stderr', line: string) => void): {
  push(stream: 'stdout' | 'stderr', lines: Buffer): void;
} {
  let told = 0;
  return {
    push(stream, lines) {
      if (told >= SHOWN) {
        const from = lines.lastIndexOf(0x0a, lines.length - 2) + 1;
        tell(stream, shownLine(lines.toString('utf8', from, lines.length - 1)));
        return;
      }
      const texts = lines.toString('utf8').split('\n');
      texts.pop();
      for (const text of texts) tell(stream, shownLine(text));
      told += texts.length;
      if (told >= SHOWN)
        tell(stream, '… more is in the stored log; from here on only some lines are shown …');
    },
  };
}

/** A carriage return starts a line over, as a progress bar does. */
function shownLine(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  const seen = text.slice(text.lastIndexOf('\r') + 1);
  if (seen.length <= SHOWN_CHARACTERS) return seen;
  const more = (seen.length - SHOWN_CHARACTERS).toLocaleString('en-US');
  return `${seen.slice(0, SHOWN_CHARACTERS)} … ${more} characters more in the stored log`;
}

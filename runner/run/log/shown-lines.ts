import { shownLine } from './stored-log.ts';

/** So many lines of an attempt are shown one by one; who prints more is not read by a person. */
const SHOWN = 100_000;

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

/** Where an offset of a text lies; lines and columns count from 1, columns in UTF-16 units as editors do. */
export interface Lines {
  at(offset: number): { readonly line: number; readonly column: number };
  /** The line's text without its end. */
  textOf(line: number): string;
}

export function linesOf(text: string): Lines {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return {
    at(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    },
    textOf(line) {
      const start = starts[line - 1];
      return start === undefined ? '' : text.slice(start, starts[line] ?? text.length).replace(/\r?\n?$/, '');
    },
  };
}

import stringWidth from 'string-width';

/** A line cut so that the marked part can be seen; all three are printable, tabs as two spaces. */
export interface ClippedLine {
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/** `start` and `length` count UTF-16 units from 0, `width` columns of a terminal. */
export function clip(line: string, start: number, length: number, width: number): ClippedLine {
  // Of a line as long as its file no more is looked at than could be shown.
  const reach = width * MAX_UNITS_A_COLUMN;
  const end = start + length;
  const before = printable(line.slice(Math.max(0, start - reach), start));
  const marked = printable(line.slice(start, Math.min(end, start + reach)));
  const after = printable(line.slice(end, end + reach));
  if (widthOf(before) + widthOf(marked) + widthOf(after) <= width) return { before, marked, after };
  const seen = keepStart(marked, width >> 1);
  const room = width - widthOf(seen);
  // Most of what explains a place stands before it.
  const left =
    widthOf(before) <= room >> 1 ? before : keepEnd(before, Math.max(room >> 1, room - widthOf(after)));
  const right = seen === marked ? keepStart(after, room - widthOf(left)) : '';
  return { before: left, marked: seen, after: right };
}

/** Most characters take one or two units; with accents and joined emoji some take ten. */
const MAX_UNITS_A_COLUMN = 10;

/** Measuring what is not plain takes a thousand times as long, and nearly every line is plain. */
export function widthOf(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text);
}

function isPlain(text: string): boolean {
  return /^[\x20-\x7E]*$/.test(text);
}

function keepStart(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (isPlain(text)) return `${text.slice(0, Math.max(0, width - 1))}…`;
  const kept: string[] = [];
  let used = 1;
  for (const character of characters(text)) {
    used += widthOf(character);
    if (used > width) break;
    kept.push(character);
  }
  return `${kept.join('')}…`;
}

function keepEnd(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (isPlain(text)) return `…${text.slice(text.length - Math.max(0, width - 1))}`;
  const kept: string[] = [];
  let used = 1;
  for (const character of [...characters(text)].reverse()) {
    used += widthOf(character);
    if (used > width) break;
    kept.unshift(character);
  }
  return `…${kept.join('')}`;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

function* characters(text: string): Generator<string> {
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/** Control and direction characters would move the caret, or steer the terminal. */
function printable(text: string): string {
  return text
    .replaceAll('\t', '  ')
    .replaceAll(/\p{Cc}|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

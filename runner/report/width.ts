import stringWidth from 'string-width';

// eslint-disable-next-line no-control-regex -- colour sequences are made of control characters
const SEQUENCE = /\u001b\[[0-9;]*m/y;

/** Cuts a line to so many terminal columns; colour sequences take none and are all kept, so that no colour runs on. */
export function cutToWidth(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line;
  let width = 0;
  let text = '';
  let cut = false;
  for (let at = 0; at < line.length;) {
    SEQUENCE.lastIndex = at;
    const sequence = SEQUENCE.exec(line)?.[0];
    if (sequence !== undefined) {
      text += sequence;
      at += sequence.length;
      continue;
    }
    const character = String.fromCodePoint(line.codePointAt(at) ?? 0);
    at += character.length;
    if (cut) continue;
    const wide = stringWidth(character);
    if (width + wide > columns - 1) {
      text += '…';
      cut = true;
    } else {
      text += character;
      width += wide;
    }
  }
  return text;
}

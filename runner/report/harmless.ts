import { ownColour } from './own-colours.ts';

/* eslint-disable no-control-regex -- it is about control characters */

/**
 * Of what a terminal obeys: a whole string command (titles, links, the clipboard), a CSI command, a shorter one, and
 * single control characters but the tab, with the marks that turn the direction of text or end a line. What was begun
 * and not ended loses only its beginning.
 */
export const OBEYED =
  /\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b\[[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Bold, dim, italic, underlined, and colours of the letters: nothing that hides them. */
const COLOUR = /^\u001b\[(?:(?:0?[0-4]|2[2-4]|3[1-79]|9[0-7]|38[;:]5[;:]\d{1,3})?(?:;|(?=m)))*m$/;
const COLOUR_OFF = /^\u001b\[0*m$/;

/** A task's line as it may go to a person's terminal: its text and its colours, and no command to the terminal. */
export function harmless(line: string): string {
  return withColours(line, (sequence) => sequence);
}

/** The same as a part of what we say, whose colours the gate lets through. */
export function taskLine(line: string): string {
  return withColours(line, (sequence) => ownColour(sequence.slice(2, -1)));
}

function withColours(line: string, colourOf: (sequence: string) => string): string {
  let colour = false;
  const text = line.replace(OBEYED, (found) => {
    if (!COLOUR.test(found)) return '';
    colour = !COLOUR_OFF.test(found);
    return colourOf(found);
  });
  return colour ? `${text}${colourOf('\u001b[0m')}` : text;
}

/** The same of a log that comes in pieces, as it goes to a terminal. */
export async function* harmlessLog(log: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of log) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines.map((line) => `${harmless(line)}\n`).join('');
    // A line without end is shown as it comes: looked at again and again it would take for ever.
    if (rest.length > LONGEST_KEPT) {
      yield harmless(rest);
      rest = '';
    }
  }
  rest += decoder.decode();
  if (rest !== '') yield harmless(rest);
}

const LONGEST_KEPT = 64 * 1024;

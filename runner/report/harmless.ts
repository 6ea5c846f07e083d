/* eslint-disable no-control-regex -- it is about control characters */

/**
 * Of what a terminal obeys: a whole string command (titles, links, the clipboard), a CSI command, a shorter one, and
 * single control characters but the tab. What was begun and not ended loses only its beginning.
 */
const OBEYED =
  /\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b\[[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

const COLOUR = /^\u001b\[[0-9;:]*m$/;
const COLOUR_OFF = /^\u001b\[0*m$/;

/** A task's line as it may go to a person's terminal: its text and its colours, and no command to the terminal. */
export function harmless(line: string): string {
  let colour = false;
  const text = line.replace(OBEYED, (found) => {
    if (!COLOUR.test(found)) return '';
    colour = !COLOUR_OFF.test(found);
    return found;
  });
  return colour ? `${text}\u001b[0m` : text;
}

/** The same of a log that comes in pieces. */
export async function* harmlessLog(log: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of log) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines.map((line) => `${harmless(line)}\n`).join('');
  }
  rest += decoder.decode();
  if (rest !== '') yield harmless(rest);
}

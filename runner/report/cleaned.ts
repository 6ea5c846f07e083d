import { OBEYED } from './harmless.ts';
import { withoutMark } from './own-colours.ts';

/**
 * The gate before a person's screen, once at each place that writes there: of what a terminal obeys only our own colours
 * pass, wherever the text came from. Line ends stay; all else is shown as `�`.
 */
export function cleaned(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.replace(OBEYED, (found) => withoutMark(found) ?? '\uFFFD'))
    .join('\n');
}

/** The same of what must be one line: a line end in a name would forge a line of ours. */
export function cleanedLine(text: string): string {
  return cleaned(text).replaceAll('\n', '↵');
}

/** JSON that a terminal may show: what it would obey is written as an escape, which means the same. */
export function cleanedJson(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
}

import { own } from '../../../model/own.ts';

/** A text as a shell prints a word that could be typed: `set -x`, `printf %q`, `declare -p`, `shlex.quote`. */
export function shellSpellings(text: string): readonly string[] {
  return [
    // bash, zsh; dash, busybox, Python's shlex.quote; fish
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll(/['\\]/g, '\\$&'),
    // in double quotes
    text.replaceAll(/["\\$`]/g, '\\$&'),
    text.replaceAll(/["\\$`!]/g, '\\$&'),
    // printf %q: newer ones spare the comma
    behindBackslashes(text, /[\s'"\\|&;()<>!{}*[\]?^$`,]/g),
    behindBackslashes(text, /[\s'"\\|&;()<>!{}*[\]?^$`]/g),
    // Ruby's Shellwords
    text.replaceAll(/[^A-Za-z0-9_\-.,:+/@\n]/gu, '\\$&'),
    ansi(text),
  ];
}

function behindBackslashes(text: string, signs: RegExp): string {
  return text
    .replaceAll(signs, '\\$&')
    .replace(/^[#~]/, '\\$&')
    .replaceAll(/(?<=[:=])~/g, '\\~');
}

const NAMED: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\E',
  "'": "\\'",
  '\\': '\\\\',
};

/** `$'…'`, without what is around it. */
function ansi(text: string): string {
  let spelled = '';
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    spelled +=
      own(NAMED, sign) ?? (code < 0x20 || code === 0x7f ? `\\${code.toString(8).padStart(3, '0')}` : sign);
  }
  return spelled;
}

/**
 * `[a-z]`, `[!a-z]`, `[^a-z]`, `[[:digit:]]`; undefined: a bracket that is not closed within its name.
 *
 * @param negations the characters that turn a set into its opposite
 */
export function readSet(
  letters: readonly string[],
  open: number,
  negations = '!^',
): { readonly has: (code: number) => boolean; readonly end: number } | undefined {
  const isNegated = letters[open + 1] !== undefined && negations.includes(letters[open + 1] ?? '');
  const begin = open + (isNegated ? 2 : 1);
  const parts: ((code: number) => boolean)[] = [];
  for (let at = begin; at < letters.length && letters[at] !== '/';) {
    // A bracket that stands first is one of the characters.
    if (letters[at] === ']' && at > begin) {
      return { has: (code) => parts.some((has) => has(code)) !== isNegated, end: at + 1 };
    }
    const named = classAt(letters, at);
    if (named !== undefined) {
      parts.push(named.has);
      at = named.end;
      continue;
    }
    const from = characterAt(letters, at);
    const to =
      letters[from.end] === '-' && letters[from.end + 1] !== ']' ? characterAt(letters, from.end + 1) : from;
    // `[z-a]` is taken as it is written.
    if (from.character > to.character) return undefined;
    parts.push(setOf(from.character, to.character));
    at = to.end;
  }
  return undefined;
}

/** The characters between two, both with it. */
export function setOf(from: string, to: string): (code: number) => boolean {
  const low = from.codePointAt(0) ?? 0;
  const high = to.codePointAt(0) ?? 0;
  return (code) => code >= low && code <= high;
}

function characterAt(
  letters: readonly string[],
  at: number,
): { readonly character: string; readonly end: number } {
  const isEscaped = letters[at] === '\\' && at + 1 < letters.length;
  return isEscaped
    ? { character: letters[at + 1] ?? '', end: at + 2 }
    : { character: letters[at] ?? '', end: at + 1 };
}

/** POSIX' names, as shells take them. */
const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alpha', /[A-Za-z]/],
  ['digit', /[0-9]/],
  ['alnum', /[A-Za-z0-9]/],
  ['upper', /[A-Z]/],
  ['lower', /[a-z]/],
  ['xdigit', /[0-9A-Fa-f]/],
  ['space', /\s/],
  ['punct', /[!-/:-@[-`{-~]/],
]);

function classAt(
  letters: readonly string[],
  at: number,
): { readonly has: (code: number) => boolean; readonly end: number } | undefined {
  if (letters[at] !== '[' || letters[at + 1] !== ':') return undefined;
  const name = letters.slice(at + 2, at + 8).join('');
  const [word = ''] = /^[a-z]*/.exec(name) ?? [];
  const pattern = CLASSES.get(word);
  const end = at + 2 + word.length;
  if (pattern === undefined || letters[end] !== ':' || letters[end + 1] !== ']') return undefined;
  return { has: (code) => pattern.test(String.fromCodePoint(code)), end: end + 2 };
}

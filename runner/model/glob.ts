import { createAutomaton } from './glob/automaton.ts';
import type { Piece } from './glob/automaton.ts';
import { readSet, setOf } from './glob/set.ts';

/** Whether a path holds what a glob is made of. */
export function isGlob(path: string): boolean {
  return parse(path).some((piece) => piece.kind !== 'character');
}

/** The folder that all matching paths are in, `''` for the root: what stands before the first wildcard. */
export function folderOfGlob(pattern: string): string {
  let text = '';
  for (const piece of parse(withoutDots(pattern))) {
    if (piece.kind !== 'character') break;
    text += String.fromCodePoint(piece.code);
  }
  return text.slice(0, Math.max(0, text.lastIndexOf('/')));
}

/**
 * Compiles a glob: `*` any characters of a name, `?` one, `[a-z]` and `[!a-z]` one of these, `{a,b}` either, `**` as
 * a whole name any folders (at the end: all that is below), `\` takes the next as it is. As in a shell, a dot that a name
 * begins with is taken by a dot alone.
 *
 * @example compileGlob('reports/**\/*.{csv,json}')('reports/2021/a.csv') // true
 */
export function compileGlob(
  pattern: string,
  options: { readonly dotFiles: boolean } = { dotFiles: false },
): (path: string) => boolean {
  return createAutomaton(parse(withoutDots(pattern)), options.dotFiles).matches;
}

function withoutDots(pattern: string): string {
  return pattern.replace(/^(?:\.\/)+/, '');
}

function parse(pattern: string): readonly Piece[] {
  const letters = Array.from(pattern);
  return readPieces(letters, 0, closings(letters), '').pieces;
}

/** Reads up to the end, or to what ends an alternative. */
function readPieces(
  letters: readonly string[],
  from: number,
  closing: ReadonlyMap<number, number>,
  inside: '' | '{',
): { readonly pieces: readonly Piece[]; readonly end: number } {
  const pieces: Piece[] = [];
  let at = from;
  while (at < letters.length) {
    const letter = letters[at] ?? '';
    const close = closing.get(at);
    if (inside === '{' && (letter === ',' || letter === '}')) break;
    const set = letter === '[' ? readSet(letters, at) : undefined;
    if (letter === '\\' && at + 1 < letters.length) {
      pieces.push(literal(letters[at + 1] ?? ''));
      at += 2;
    } else if (letter === '*') {
      const end = afterStars(letters, at);
      at = addStars(letters, at, end, pieces);
    } else if (letter === '?') {
      pieces.push({ kind: 'set', has: () => true });
      at += 1;
    } else if (set !== undefined) {
      pieces.push({ kind: 'set', has: set.has });
      at = set.end;
    } else if (close !== undefined) {
      pieces.push(readBraces(letters, at, close, closing));
      at = close + 1;
    } else {
      pieces.push(literal(letter));
      at += 1;
    }
  }
  return { pieces, end: at };
}

/** `**` for a whole name crosses folders and takes a slash beside it along; else stars are one star. */
function addStars(letters: readonly string[], at: number, end: number, pieces: Piece[]): number {
  const before = letters[at - 1] ?? '/';
  const after = letters[end] ?? '';
  const isWholeName = '/{,'.includes(before) && '/},'.includes(after) && end - at === 2;
  const across: Piece = { kind: 'many', across: isWholeName };
  if (!isWholeName) pieces.push(across);
  else if (after === '/') {
    pieces.push({ kind: 'choice', options: [[], [across, literal('/')]] });
    return end + 1;
  } else pieces.push(across);
  return end;
}

function afterStars(letters: readonly string[], at: number): number {
  let end = at;
  while (letters[end] === '*') end += 1;
  return end;
}

/** `{a,b}`, or `{a..c}` of single characters. */
function readBraces(
  letters: readonly string[],
  open: number,
  close: number,
  closing: ReadonlyMap<number, number>,
): Piece {
  if (close === open + 5 && letters[open + 2] === '.' && letters[open + 3] === '.') {
    return { kind: 'set', has: setOf(letters[open + 1] ?? '', letters[open + 4] ?? '') };
  }
  const options: (readonly Piece[])[] = [];
  for (let at = open; at < close;) {
    const { pieces, end } = readPieces(letters, at + 1, closing, '{');
    options.push(pieces);
    at = end;
  }
  return { kind: 'choice', options };
}

/** Where each brace that holds alternatives or a range ends; others are characters like any. */
function closings(letters: readonly string[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const open: { readonly at: number; hasComma: boolean }[] = [];
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at];
    const innermost = open.at(-1);
    if (letter === '\\') at += 1;
    else if (letter === '[') at = (readSet(letters, at)?.end ?? at + 1) - 1;
    else if (letter === '{') open.push({ at, hasComma: false });
    else if (letter === ',' && innermost !== undefined) innermost.hasComma = true;
    else if (letter === '}' && innermost !== undefined) {
      open.pop();
      const isRange = at === innermost.at + 5 && letters[at - 3] === '.' && letters[at - 2] === '.';
      if (innermost.hasComma || isRange) found.set(innermost.at, at);
    }
  }
  return found;
}

function literal(letter: string): Piece {
  return { kind: 'character', code: letter.codePointAt(0) ?? 0 };
}

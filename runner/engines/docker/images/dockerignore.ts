import { createAutomaton } from '../../../model/glob/automaton.ts';
import type { Automaton, Piece } from '../../../model/glob/automaton.ts';
import { readSet } from '../../../model/glob/set.ts';

/** Never part of a context, at any depth, unless a `!` rule names them. */
const ALWAYS_IGNORED = ['.git', '.sluice', 'node_modules'];

export interface IgnoreRules {
  /** `path` is relative to the context, with `/`. */
  isIgnored(path: string): boolean;
  /** False: nothing below the (ignored) folder can be brought back by a `!` rule, it need not be read. */
  mayHoldKept(folder: string): boolean;
}

interface Rule {
  readonly keep: boolean;
  readonly automaton: Automaton;
  /** What stands before the first wildcard. */
  readonly prefix: string;
}

/**
 * Reads a .dockerignore. As Docker does: a rule is matched from the context's root against a path and each of
 * its parents, and the last rule that matches decides.
 */
export function parseDockerignore(text: string): IgnoreRules {
  const written = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .map((line) => parseRule(line.trim()))
    .filter((rule) => rule !== undefined);
  const named = (name: string): boolean =>
    written.some((rule) => rule.keep && rule.pattern.split('/').includes(name));
  const never = new Set(ALWAYS_IGNORED.filter((name) => !named(name)));
  const rules: Rule[] = [
    ...ALWAYS_IGNORED.map((name) => ({ keep: false, pattern: `**/${name}` })),
    ...written,
  ].map(({ keep, pattern }) => ({
    keep,
    automaton: createAutomaton(parsePattern(pattern), true),
    prefix: pattern.replace(/[*?[\\].*$/s, ''),
  }));

  return {
    isIgnored(path) {
      const segments = path.split('/');
      if (segments.some((segment) => never.has(segment))) return true;
      const last = rules.findLast((rule) => rule.automaton.matchesPathOrParent(path));
      return last !== undefined && !last.keep;
    },
    mayHoldKept(folder) {
      if (folder.split('/').some((segment) => never.has(segment))) return false;
      const inside = `${folder}/`;
      return rules.some(
        ({ keep, prefix }) => keep && (prefix.startsWith(inside) || inside.startsWith(prefix)),
      );
    },
  };
}

function parseRule(line: string): { readonly keep: boolean; readonly pattern: string } | undefined {
  const keep = line.startsWith('!');
  const pattern = clean(keep ? line.slice(1).trim() : line);
  // `.` is not taken to mean everything, for Docker's historical reasons.
  return pattern === '' || pattern === '.' ? undefined : { keep, pattern };
}

/** `/a//b/./c/../d/` → `a/b/d` */
function clean(pattern: string): string {
  const segments: string[] = [];
  for (const segment of pattern.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  return segments.join('/');
}

/** `**` any folders, `*` and `?` within a name, `[a-z]` and `[^a-z]` a character, `\` takes the next as it is. */
function parsePattern(pattern: string): readonly Piece[] {
  const letters = Array.from(pattern);
  const pieces: Piece[] = [];
  for (let at = 0; at < letters.length;) {
    const letter = letters[at] ?? '';
    const set = letter === '[' ? readSet(letters, at, '^') : undefined;
    if (letter === '\\' && at + 1 < letters.length) {
      pieces.push(literal(letters[at + 1] ?? ''));
      at += 2;
    } else if (letter === '*' && letters[at + 1] === '*') {
      at += letters[at + 2] === '/' ? 3 : 2;
      const below: Piece = { kind: 'many', across: true };
      const folders: Piece = { kind: 'choice', options: [[], [below, literal('/')]] };
      pieces.push(at >= letters.length && letters.at(-1) === '*' ? below : folders);
    } else if (letter === '*') {
      pieces.push({ kind: 'many', across: false });
      at += 1;
    } else if (letter === '?') {
      pieces.push({ kind: 'set', has: () => true });
      at += 1;
    } else if (set !== undefined) {
      pieces.push({ kind: 'set', has: set.has });
      at = set.end;
    } else {
      pieces.push(literal(letter));
      at += 1;
    }
  }
  return pieces;
}

function literal(letter: string): Piece {
  return { kind: 'character', code: letter.codePointAt(0) ?? 0 };
}

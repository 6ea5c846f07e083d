/** A pattern over paths, as a list of pieces that follow each other. */
export type Piece =
  | { readonly kind: 'character'; readonly code: number }
  /** One character of a name, never `/`. */
  | { readonly kind: 'set'; readonly has: (code: number) => boolean }
  /** Any characters: of one name, or across folders. */
  | { readonly kind: 'many'; readonly across: boolean }
  | { readonly kind: 'choice'; readonly options: readonly (readonly Piece[])[] };

export interface Automaton {
  /** The whole path is meant. */
  readonly matches: (path: string) => boolean;
  /** The path is meant, or a folder that it is in. */
  readonly matchesPathOrParent: (path: string) => boolean;
}

/**
 * Matches by all ways at once and never goes back, so that a path costs at most its length times the pattern's,
 * whatever the two are: names come from tasks, patterns from anybody's files.
 *
 * @param dotFiles whether `set` and `many` take the dot that a name begins with
 */
export function createAutomaton(pieces: readonly Piece[], dotFiles: boolean): Automaton {
  const states: State[] = [];
  const start = add(states, pieces, add(states, [], undefined));
  const seen = new Uint32Array(states.length);
  const open: number[] = [];
  let turn = 0;

  /** Adds a state and what is reached from it without a character; true: the end is among them. */
  const enter = (to: number, into: number[], isHidden: boolean): boolean => {
    let isEnd = false;
    open.push(to);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen[at] === turn) continue;
      seen[at] = turn;
      const state = states[at];
      if (state === undefined || state.kind === 'end') isEnd = true;
      else if (state.kind === 'split') open.push(...state.to);
      else {
        into.push(at);
        // `*.csv` does not mean `.csv`.
        if (state.kind === 'many' && !isHidden) open.push(state.next);
      }
    }
    return isEnd;
  };

  const walk = (path: string, orParent: boolean): boolean => {
    let current: number[] = [];
    let next: number[] = [];
    let isHidden = !dotFiles && path.startsWith('.');
    turn = nextTurn(seen, turn);
    let isEnd = enter(start, current, isHidden);
    for (let at = 0; at < path.length;) {
      const code = path.codePointAt(at) ?? 0;
      if (isEnd && orParent && code === SLASH) return true;
      at += code > 0xffff ? 2 : 1;
      const isNextHidden = !dotFiles && code === SLASH && path.charCodeAt(at) === DOT;
      turn = nextTurn(seen, turn);
      isEnd = false;
      next.length = 0;
      for (const from of current) {
        const to = follow(states[from], from, code, isHidden);
        if (to !== undefined && enter(to, next, isNextHidden)) isEnd = true;
      }
      [current, next] = [next, current];
      isHidden = isNextHidden;
      if (current.length === 0 && at < path.length) return isEnd && orParent && path.charCodeAt(at) === SLASH;
    }
    return isEnd;
  };
  return { matches: (path) => walk(path, false), matchesPathOrParent: (path) => walk(path, true) };
}

type State =
  | { readonly kind: 'end' }
  | { readonly kind: 'split'; readonly to: readonly number[] }
  | {
      readonly kind: 'one';
      readonly has: (code: number) => boolean;
      readonly isLiteral: boolean;
      next: number;
    }
  | { readonly kind: 'many'; readonly across: boolean; next: number };

const SLASH = 0x2f;
const DOT = 0x2e;

/** Lays pieces down from the last to the first, so that each knows what follows it; answers where they begin. */
function add(states: State[], pieces: readonly Piece[], next: number | undefined): number {
  if (next === undefined) return states.push({ kind: 'end' }) - 1;
  let at = next;
  for (const piece of pieces.toReversed()) at = states.push(stateOf(states, piece, at)) - 1;
  return at;
}

function stateOf(states: State[], piece: Piece, next: number): State {
  switch (piece.kind) {
    case 'character':
      return { kind: 'one', has: (code) => code === piece.code, isLiteral: true, next };
    case 'set':
      return { kind: 'one', has: (code) => code !== SLASH && piece.has(code), isLiteral: false, next };
    case 'many':
      return { kind: 'many', across: piece.across, next };
    case 'choice':
      return { kind: 'split', to: piece.options.map((option) => add(states, option, next)) };
  }
}

/** The state that a character leads to. */
function follow(state: State | undefined, at: number, code: number, isHidden: boolean): number | undefined {
  if (state?.kind === 'one') {
    return state.has(code) && (state.isLiteral || !isHidden) ? state.next : undefined;
  }
  if (state?.kind === 'many') return (state.across || code !== SLASH) && !isHidden ? at : undefined;
  return undefined;
}

/** Marks are compared, not cleared: clearing would cost the pattern's length even where few states are alive. */
function nextTurn(seen: Uint32Array, turn: number): number {
  if (turn < 0xffff_ffff) return turn + 1;
  seen.fill(0);
  return 1;
}

/** Looks for many texts at once. */
export interface Search {
  /** Where any of them stands, in ascending order; those that overlap are one, so that no rest of one is left out. */
  spans(bytes: Buffer): readonly Span[];
  /** The first place from which everything up to the end may be the beginning of one. */
  possibleStart(bytes: Buffer): number;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

type Finder = (bytes: Buffer) => Span[];

/** Texts are looked for by so many bytes at a time. */
const BLOCK = 3;
/** Texts of less than each, apart: the shortest decides how far its companions let the search move on. */
const LENGTHS = [BLOCK, 8, 16, Number.POSITIVE_INFINITY] as const;
/** So many native searches, one after another, are sooner done. */
const FEW = 8;

export function createSearch(texts: readonly Buffer[]): Search {
  const finders = LENGTHS.flatMap((below, n) => {
    const some = texts.filter(({ length }) => length < below && length >= (LENGTHS[n - 1] ?? 0));
    if (some.length === 0) return [];
    return [some.length <= FEW || below === BLOCK ? createNativeFinder(some) : createFinder(some)];
  });
  const possibleStart = createEndSearch(texts);

  return {
    possibleStart,
    spans(bytes) {
      const spans = finders.flatMap((find) => find(bytes));
      return merged(spans);
    },
  };
}

/**
 * By Wu and Manber: the bytes at the end of a window tell how far it may move on before any text can end there. How
 * many texts there are decides nearly nothing of the time.
 */
function createFinder(texts: readonly Buffer[]): Finder {
  const window = texts.reduce((length, text) => Math.min(length, text.length), 255);
  /** By the hash of the block at the window's end. */
  const shifts = new Uint8Array(HASHES).fill(window - BLOCK + 1);
  const ending = new Map<number, Buffer[]>();
  for (const text of texts) {
    for (let at = BLOCK - 1; at < window; at += 1) {
      const hash = hashAt(text, at);
      shifts[hash] = Math.min(shifts[hash] ?? 0, window - 1 - at);
    }
    add(ending, hashAt(text, window - 1), text);
  }

  return (bytes) => {
    const spans: Span[] = [];
    for (let at = window - 1; at < bytes.length;) {
      const hash = hashAt(bytes, at);
      const shift = shifts[hash] ?? 0;
      if (shift > 0) {
        at += shift;
        continue;
      }
      const from = at - window + 1;
      let to = from;
      for (const text of ending.get(hash) ?? []) {
        if (from + text.length > to && isAt(bytes, from, text)) to = from + text.length;
      }
      if (to > from) spans.push({ from, to });
      at += 1;
    }
    return spans;
  };
}

function createNativeFinder(texts: readonly Buffer[]): Finder {
  return (bytes) => {
    const spans: Span[] = [];
    for (const text of texts) {
      for (let from = bytes.indexOf(text); from >= 0; from = bytes.indexOf(text, from + 1))
        spans.push({ from, to: from + text.length });
    }
    return spans;
  };
}

function createEndSearch(texts: readonly Buffer[]): Search['possibleStart'] {
  const longest = texts.reduce((length, text) => Math.max(length, text.length), 0);
  /** By the pair of bytes that they begin with; `firsts` of one byte have no pair. */
  const beginning = new Map<number, Buffer[]>();
  const firsts = new Uint8Array(256);
  for (const text of texts) {
    if (text.length < 2) continue;
    firsts[text[0] ?? 0] = 1;
    add(beginning, pairAt(text, 0), text);
  }
  return (bytes) => {
    const last = bytes.length - 1;
    for (let at = Math.max(0, bytes.length - longest + 1); at < last; at += 1) {
      if (firsts[bytes[at] ?? 0] === 0) continue;
      const rest = bytes.length - at;
      for (const text of beginning.get(pairAt(bytes, at)) ?? []) {
        if (text.length > rest && text.compare(bytes, at, bytes.length, 0, rest) === 0) return at;
      }
    }
    return last >= 0 && firsts[bytes[last] ?? 0] === 1 ? last : bytes.length;
  };
}

const HASHES = 65_536;

/** Of the byte and those before it in its block. */
function hashAt(bytes: Buffer, at: number): number {
  return (((bytes[at - 2] ?? 0) << 10) ^ ((bytes[at - 1] ?? 0) << 5) ^ (bytes[at] ?? 0)) & (HASHES - 1);
}

function pairAt(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function isAt(bytes: Buffer, at: number, text: Buffer): boolean {
  return at + text.length <= bytes.length && text.compare(bytes, at, at + text.length) === 0;
}

function add(map: Map<number, Buffer[]>, key: number, text: Buffer): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [text]);
  else list.push(text);
}

function merged(spans: Span[]): readonly Span[] {
  if (spans.length < 2) return spans;
  const all: { from: number; to: number }[] = [];
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && span.from < last.to) last.to = Math.max(last.to, span.to);
    else all.push({ ...span });
  }
  return all;
}

import { SHORT, spellingsOf, weaknessOf } from './secret-spellings.ts';

/** Hides secrets. One stands between the engine and everything else, so that no sink has to think of it. */
export interface Masker {
  /** A text that is complete: a message, a value. */
  text(text: string): string;
  /** Whether a secret is in it; shorter ones than are safe from chance do not count. */
  isTelling(text: string): boolean;
  /** For one stream of bytes that arrives in pieces. */
  stream(): MaskStream;
  /** Secrets that can not be masked well. */
  readonly warnings: readonly string[];
}

export interface MaskStream {
  /** What can be told so far; holds back what may be the beginning of a secret. */
  push(bytes: Uint8Array): Buffer;
  /** The rest. */
  end(): Buffer;
}

const MASK = Buffer.from('***');
const NOTHING = Buffer.alloc(0);

/** Holds back fewer bytes than the longest spelling of a secret has, and costs one native search for each. */
export function createMasker(secrets: Readonly<Record<string, string>>): Masker {
  const warnings = Object.entries(secrets).flatMap(([name, value]) => weaknessOf(name, value) ?? []);
  const spellings = Object.values(secrets).flatMap((value) => spellingsOf(value));
  const unique = [...new Map(spellings.map((spelling) => [spelling.toString('latin1'), spelling])).values()];
  const byFirst = new Map<number, Buffer[]>();
  for (const spelling of unique) {
    const first = spelling[0] ?? 0;
    byFirst.set(first, [...(byFirst.get(first) ?? []), spelling]);
  }
  const longest = unique.reduce((length, spelling) => Math.max(length, spelling.length), 0);

  const stream = (): MaskStream => {
    let held = NOTHING;
    /** So many of the held bytes belong to a secret that is already shown as masked. */
    let shown = 0;

    const take = (bytes: Uint8Array, last: boolean): Buffer => {
      const arrived = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const buffer = held.length === 0 ? arrived : Buffer.concat([held, arrived]);
      const limit = last ? buffer.length : possibleStart(buffer, byFirst, longest);
      const spans = mergedSpans(buffer, unique);
      const pieces: Buffer[] = [];
      let at = shown;
      for (const span of spans) {
        if (span.from >= limit) break;
        // One that begins inside what was shown as masked is the same stretch.
        if (span.from >= at) pieces.push(buffer.subarray(at, span.from), MASK);
        at = Math.max(at, span.to);
      }
      if (at < limit) pieces.push(buffer.subarray(at, limit));
      shown = Math.max(0, at - limit);
      // A copy: whoever gave the bytes may reuse them.
      held = Buffer.from(buffer.subarray(limit));
      return pieces.length === 1 ? (pieces[0] ?? NOTHING) : Buffer.concat(pieces);
    };

    if (unique.length === 0) {
      return {
        push: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        end: () => NOTHING,
      };
    }
    return { push: (bytes) => take(bytes, false), end: () => take(NOTHING, true) };
  };

  return {
    warnings,
    stream,
    text(text) {
      if (unique.length === 0) return text;
      const masked = stream();
      return Buffer.concat([masked.push(Buffer.from(text, 'utf8')), masked.end()]).toString('utf8');
    },
    isTelling(text) {
      const bytes = Buffer.from(text, 'utf8');
      return unique.some((spelling) => spelling.length >= SHORT && bytes.includes(spelling));
    },
  };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where secrets stand; those that overlap are one span, so that no rest of one remains readable. */
function mergedSpans(buffer: Buffer, spellings: readonly Buffer[]): readonly Span[] {
  const found: Span[] = [];
  for (const spelling of spellings) {
    for (let at = buffer.indexOf(spelling); at >= 0; at = buffer.indexOf(spelling, at + 1)) {
      found.push({ from: at, to: at + spelling.length });
    }
  }
  if (found.length < 2) return found;
  found.sort((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const span of found) {
    const last = merged.at(-1);
    if (last !== undefined && span.from < last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
}

/** The first place from which everything up to the end may be the beginning of a secret. */
function possibleStart(
  buffer: Buffer,
  byFirst: ReadonlyMap<number, readonly Buffer[]>,
  longest: number,
): number {
  for (let at = Math.max(0, buffer.length - longest + 1); at < buffer.length; at += 1) {
    const rest = buffer.length - at;
    for (const spelling of byFirst.get(buffer[at] ?? -1) ?? []) {
      if (spelling.length > rest && spelling.compare(buffer, at, buffer.length, 0, rest) === 0) return at;
    }
  }
  return buffer.length;
}

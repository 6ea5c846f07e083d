import { createSearch } from './search.ts';
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

/** Holds back fewer bytes than the longest spelling of a secret has; how many there are costs nearly nothing. */
export function createMasker(secrets: Readonly<Record<string, string>>): Masker {
  const warnings = Object.entries(secrets).flatMap(([name, value]) => weaknessOf(name, value) ?? []);
  const spellings = Object.values(secrets).flatMap((value) => spellingsOf(value));
  const unique = [...new Map(spellings.map((spelling) => [spelling.toString('latin1'), spelling])).values()];
  const search = createSearch(unique);

  const stream = (): MaskStream => {
    let held = NOTHING;
    /** So many of the held bytes belong to a secret that is already shown as masked. */
    let shown = 0;

    const take = (bytes: Uint8Array, last: boolean): Buffer => {
      const arrived = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const buffer = held.length === 0 ? arrived : Buffer.concat([held, arrived]);
      const limit = last ? buffer.length : search.possibleStart(buffer);
      const spans = search.spans(buffer);
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

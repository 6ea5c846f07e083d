import type { PathPart } from './path-parts.ts';

/**
 * What can be read back from every path of this shape, so that two paths which differ in it are never the same.
 * From either end, a value is read where it has a fixed length, or where it ends at a text that begins with a
 * character which no value can hold, or at the path's own end. Of one value that is left in the middle the rest of
 * the path says what it is.
 */
export function toldBy(parts: readonly PathPart[]): ReadonlySet<string> {
  const joined = joinTexts(parts);
  const fromStart = readable(joined);
  const fromEnd = readable([...joined].reverse().map(reversed));
  const last = joined.length - fromEnd;
  const read = joined.filter(
    (_, at) => at < fromStart || at >= last || (at === fromStart && at === last - 1),
  );
  return new Set(read.flatMap((part) => (part.kind === 'value' ? part.tells : [])));
}

/** How many parts can be read one after the other. */
function readable(parts: readonly PathPart[]): number {
  const stop = parts.findIndex((part, at) => {
    if (part.kind === 'text' || part.length !== undefined) return false;
    const next = parts[at + 1];
    if (next === undefined) return false;
    return next.kind === 'value' || part.mayHold(next.text.charAt(0));
  });
  return stop < 0 ? parts.length : stop;
}

function reversed(part: PathPart): PathPart {
  return part.kind === 'text' ? { kind: 'text', text: part.text.split('').reverse().join('') } : part;
}

function joinTexts(parts: readonly PathPart[]): readonly PathPart[] {
  const joined: PathPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === 'text' && part.text === '') continue;
    if (part.kind === 'text' && last?.kind === 'text') {
      joined.splice(-1, 1, { kind: 'text', text: last.text + part.text });
    } else joined.push(part);
  }
  return joined;
}

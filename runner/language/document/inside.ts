import type { Scalar } from 'yaml';
import { spanOf } from './nodes.ts';
import type { Span } from './problem.ts';

/**
 * Where a part of a scalar's value is written. Folding, escapes and indentation make the value differ from the
 * source, so the part is looked for: as often as it occurs in the value before, it does in the source.
 */
export function spanInside(
  node: Scalar,
  otherwise: Span,
  text: string,
  value: string,
  offset: number,
  length: number,
): Span {
  const { start, end } = spanOf(node);
  const source = text.slice(start, end);
  const part = value.slice(offset, offset + length).split('\n', 1)[0] ?? '';
  if (part === '') return otherwise;
  const written = node.type === 'QUOTE_SINGLE' ? part.replaceAll("'", "''") : part;
  let before = 0;
  for (let at = value.indexOf(part); at >= 0 && at < offset; at = value.indexOf(part, at + 1)) before += 1;
  // The header of a block scalar, `|2-`, is not part of its value.
  let at = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED' ? source.indexOf('\n') : -1;
  for (let count = 0; count <= before; count += 1) {
    at = source.indexOf(written, at + 1);
    if (at < 0) return otherwise;
  }
  return { start: start + at, end: start + at + written.length };
}

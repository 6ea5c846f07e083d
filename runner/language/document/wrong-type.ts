import { isMap, isScalar, isSeq } from 'yaml';
import type { Node } from 'yaml';
import type { Shape } from '../schema/shape/shape.ts';
import type { ReadContext } from './context.ts';
import type { Span } from './problem.ts';
import { expectedWords, foundWords, sourceOf } from './words.ts';

/** Says what was expected and what is there, and how the one is made into the other. */
export function wrongType(node: Node, shape: Shape, place: Span, context: ReadContext): undefined {
  const message = `expected ${expectedWords(shape)}, found ${foundWords(node)}`;
  context.findings.add('wrong-type', place, message, typeFix(node, shape));
  return undefined;
}

function typeFix(node: Node, shape: Shape): string | undefined {
  const options = shape.kind === 'oneOf' ? shape.options : [shape];
  if (isScalar(node) && options.some((option) => option.kind === 'list')) {
    const written = sourceOf(node);
    return written.includes('\n') ? 'Write it as a list.' : `Write it as a list: [${written}].`;
  }
  const text = options.find((option) => option.kind === 'text');
  if (isScalar(node) && typeof node.value !== 'string' && text !== undefined) {
    return `Put it in quotes: '${text.format?.mend?.(sourceOf(node)) ?? sourceOf(node)}'.`;
  }
  if (isMap(node) && options.every((option) => option.kind === 'text')) {
    return 'If the text holds `: ` or begins with `{`, put it in quotes.';
  }
  if (isSeq(node) && options.every((option) => option.kind === 'object')) {
    return 'Write keys below it, each with its own line `name: …`, without `-`.';
  }
  return undefined;
}

import { isMap, isScalar, isSeq } from 'yaml';
import type { Node, Scalar } from 'yaml';
import type { NumberShape, OneOfShape, Shape, TextShape } from '../schema/shape/shape.ts';

/** What is expected at a place, to follow "expected". */
export function expectedWords(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
      return textWords(shape);
    case 'number':
      return numberWords(shape);
    case 'boolean':
      return 'true or false';
    case 'list':
      return `a list of ${plural(shape.item)}`;
    case 'object':
    case 'variants':
      return `an object (${shape.called})`;
    case 'oneOf': {
      if (isPlain(shape)) return 'a plain value';
      const words = [...new Set(shape.options.map(expectedWords))];
      return words.length === 1
        ? (words[0] ?? '')
        : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
    }
  }
}

function textWords(shape: TextShape): string {
  if (shape.values !== undefined) return alternatives(shape.values);
  if (shape.condition === true) return 'a condition';
  if (shape.onlyExpression === true) return 'an expression';
  return shape.format?.words ?? 'a string';
}

export function numberWords(shape: NumberShape): string {
  if (shape.values !== undefined) return alternatives(shape.values.map(String));
  const kind = shape.integer ? 'a whole number' : 'a number';
  const { min, max, above } = shape;
  if (min !== undefined && max !== undefined) return `${kind} from ${String(min)} to ${String(max)}`;
  if (above !== undefined && max !== undefined)
    return `${kind} above ${String(above)}, at most ${String(max)}`;
  if (min !== undefined) return `${kind}, at least ${String(min)}`;
  if (above !== undefined) return `${kind} above ${String(above)}`;
  return max === undefined ? kind : `${kind}, at most ${String(max)}`;
}

function plural(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
      return shape.values === undefined ? 'strings' : `words (${shape.values.join(', ')})`;
    case 'number':
      return shape.integer ? 'whole numbers' : 'numbers';
    case 'boolean':
      return 'true or false';
    case 'list':
      return 'lists';
    case 'object':
    case 'variants':
      return 'objects';
    case 'oneOf':
      if (isPlain(shape)) return 'plain values';
      return [...new Set(shape.options.map(plural))].join(' or ');
  }
}

/** Text, number or boolean, with its type kept. */
function isPlain(shape: OneOfShape): boolean {
  const kinds = shape.options.map((option) => option.kind);
  return (
    kinds.length === 3 && kinds.includes('text') && kinds.includes('number') && kinds.includes('boolean')
  );
}

export function alternatives(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`;
}

/** What stands there, to follow "found". */
export function foundWords(node: Node | undefined): string {
  if (isMap(node)) return 'an object';
  if (isSeq(node)) return node.items.length === 0 ? 'an empty list' : 'a list';
  if (!isScalar(node) || node.value === null) return 'nothing';
  if (typeof node.value === 'string') return `the string ${shortened(node.value)}`;
  return typeof node.value === 'boolean' ? sourceOf(node) : `the number ${sourceOf(node)}`;
}

export function shortened(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > 40 || line.length < text.length ? `'${line.slice(0, 40)}…'` : `'${line}'`;
}

/** A scalar as it is written, or a text as it is read. */
export function sourceOf(node: Scalar): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? JSON.stringify(node.value));
}

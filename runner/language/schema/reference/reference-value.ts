import type { Shape, TextShape } from '../shape/shape.ts';

/** What a key takes, as the reference page says it. */
export function markdownValue(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
      return textValue(shape);
    case 'number': {
      if (shape.values !== undefined) return quoted(shape.values.map(String), 'or');
      const kind = shape.integer ? 'a whole number' : 'a number';
      const from = shape.above ?? (shape.min !== undefined && shape.min >= 0 ? shape.min : undefined);
      const least =
        from === undefined
          ? ''
          : shape.above === undefined
            ? `, at least ${String(from)}`
            : `, above ${String(from)}`;
      return `${kind}${least}`;
    }
    case 'boolean':
      return '`true` or `false`';
    case 'list':
      return `a list${atMost(shape.maxItems)}, each ${markdownValue(shape.item)}`;
    case 'object':
      return shape.rest === undefined || Object.keys(shape.keys).length > 0
        ? `the keys of ${shape.called}`
        : `names${atMost(shape.rest.most)}, each with ${markdownValue(shape.rest.shape)}`;
    case 'variants':
      return `the keys of ${shape.called}, by its \`${shape.tag}\`: ${quoted(Object.keys(shape.cases))}`;
    case 'oneOf':
      return [...new Set(shape.options.map(markdownValue))].join('; or ');
  }
}

function atMost(count: number | undefined): string {
  return count === undefined ? '' : ` (at most ${count.toLocaleString('en-US')})`;
}

function textValue(shape: TextShape): string {
  if (shape.values !== undefined) return quoted(shape.values);
  const words =
    shape.condition === true ? 'an expression' : (shape.format?.short ?? shape.format?.words ?? 'a text');
  if (shape.contexts === undefined) return words;
  return `${words}; \`\${{ }}\` may read ${quoted(shape.contexts, 'and')}`;
}

function quoted(words: readonly string[], last: 'and' | 'or' = 'or'): string {
  const all = words.map((word) => `\`${word}\``);
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${last} ${all.at(-1) ?? ''}`;
}

/** A bar would end the cell. */
export function tableCell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
}

import type { ContextName, Shape } from '../schema/shape/shape.ts';
import { isMapNode, items, members, text } from './source/node.ts';
import type { Node } from './source/node.ts';
import { own } from '../../model/own.ts';

/** A text that may hold `${{ }}`, with the contexts that the dialect's table allows there. */
export interface TemplateSite {
  readonly node: Node;
  readonly text: string;
  readonly contexts: readonly ContextName[];
  /** An expression as a whole. */
  readonly condition: boolean;
}

/** Every such text below a node, found by walking value and shape together. */
export function templateSites(node: Node, shape: Shape): readonly TemplateSite[] {
  switch (shape.kind) {
    case 'text': {
      const written = text(node);
      if (written === undefined || shape.contexts === undefined) return [];
      const condition = shape.condition === true;
      return condition || written.includes('{{')
        ? [{ node, text: written, contexts: shape.contexts, condition }]
        : [];
    }
    case 'list':
      return Array.isArray(node.value) ? items(node).flatMap((item) => templateSites(item, shape.item)) : [];
    case 'object':
      return members(node).flatMap(([name, value]) => {
        const known = Object.hasOwn(shape.keys, name) ? own(shape.keys, name)?.shape : shape.rest?.shape;
        return known === undefined ? [] : templateSites(value, known);
      });
    case 'oneOf': {
      const option = optionFor(node, shape.options);
      return option === undefined ? [] : templateSites(node, option);
    }
    case 'variants':
    case 'number':
    case 'boolean':
      return [];
  }
}

function optionFor(node: Node, options: readonly Shape[]): Shape | undefined {
  if (Array.isArray(node.value)) return options.find((option) => option.kind === 'list');
  if (!isMapNode(node)) return options.find((option) => option.kind === 'text');
  const names = members(node).map(([name]) => name);
  const objects = options.filter((option) => option.kind === 'object');
  return objects.find((option) =>
    names.every((name) => option.rest !== undefined || Object.hasOwn(option.keys, name)),
  );
}

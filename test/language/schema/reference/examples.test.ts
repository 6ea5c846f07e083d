import { describe, expect, test } from 'vitest';
import { parseDocument } from '../../../../runner/language/document.ts';
import { pipelineFile } from '../../../../runner/language/schema/pipeline.ts';
import { projectFile } from '../../../../runner/language/schema/project.ts';
import { reusableFile } from '../../../../runner/language/schema/reusable.ts';
import type { Key, Shape } from '../../../../runner/language/schema/shape/shape.ts';

/** Every key of the dialect, with the path by which it is reached. */
function keysIn(
  shape: Shape,
  path: string,
  seen = new Set<Shape>(),
): readonly (readonly [string, string, Key])[] {
  if (seen.has(shape)) return [];
  seen.add(shape);
  switch (shape.kind) {
    case 'text':
    case 'number':
    case 'boolean':
      return [];
    case 'list':
      return keysIn(shape.item, path, seen);
    case 'oneOf':
      return shape.options.flatMap((option) => keysIn(option, path, seen));
    case 'variants':
      return Object.entries(shape.cases).flatMap(([name, option]) =>
        keysIn(option, `${path}(${name})`, seen),
      );
    case 'object':
      return [
        ...Object.entries(shape.keys).flatMap(([name, key]) => [
          [`${path}.${name}`, name, key] as const,
          ...keysIn(key.shape, `${path}.${name}`, seen),
        ]),
        ...(shape.rest === undefined ? [] : keysIn(shape.rest.shape, `${path}.*`, seen)),
      ];
  }
}

describe.each([
  ['pipeline', pipelineFile],
  ['project', projectFile],
  ['reusable', reusableFile],
] as const)('the table of a %s', (name, shape) => {
  test.each(keysIn(shape, name))('explains %s, by an example that is right', (_path, keyName, key) => {
    expect(key.description).toMatch(/^[A-Z`].*[.`]$/s);
    const only: Shape = { kind: 'object', called: 'it', keys: { [keyName]: key } };
    expect(parseDocument(key.example ?? '', 'example.yaml', only).problems).toEqual([]);
  });
});

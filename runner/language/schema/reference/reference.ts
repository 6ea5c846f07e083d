import { functionsSection } from './reference-functions.ts';
import { markdownValue, tableCell } from './reference-value.ts';
import {
  MORE,
  CONTEXTS,
  DIFFERENCES,
  INTRODUCTION,
  PIPELINE,
  PROJECT,
  PUBLISHED_PATHS,
  REUSABLE,
  TASK,
  TIMES,
} from './reference-prose.ts';
import { pipelineFile } from '../pipeline.ts';
import { projectFile } from '../project.ts';
import { reusableFile } from '../reusable.ts';
import type { Key, Keys, ObjectShape, Shape, VariantsShape } from '../shape/shape.ts';
import { taskKeys } from '../task/task.ts';
import { own } from '../../../model/own.ts';

/** `docs/pipeline-reference.md`, from the table that also validates. */
export function reference(): string {
  const { defaults, tasks, ...pipelineKeys } = pipelineFile.keys;
  const { inputs } = reusableFile.keys;
  return [
    INTRODUCTION,
    contents(),
    DIFFERENCES,
    PIPELINE,
    TIMES,
    keySections(pipelineKeys, 3),
    keySections({ defaults, tasks }, 3, false),
    TASK,
    keySections(taskKeys, 3),
    CONTEXTS,
    functionsSection(),
    PUBLISHED_PATHS,
    REUSABLE,
    keySections({ inputs }, 3),
    PROJECT,
    keySections(projectFile.keys, 3),
  ].join('\n\n');
}

function contents(): string {
  const before = new Set(Object.keys(pipelineFile.keys));
  // The second heading of a name gets a number.
  const links = Object.keys(taskKeys).map((name) => `[\`${name}\`](#${name}${before.has(name) ? '-1' : ''})`);
  return [
    '- [Differences from GitHub Actions](#differences-from-github-actions)',
    '- [A pipeline](#a-pipeline), [times](#times)',
    `- [A task](#a-task): ${links.join(' ')}`,
    '- [Expressions](#expressions): [contexts](#contexts), [functions](#functions)',
    '- [Published paths](#published-paths)',
    '- [A reusable task](#a-reusable-task)',
    '- [The project: sluice.yaml](#the-project-sluiceyaml)',
  ].join('\n');
}

/** A heading a key: what it means, what it takes, its default, an example, and the keys below it as a table. */
function keySections(keys: Keys, level: number, nested = true): string {
  // A shape that several keys share is explained at the first.
  const seen = new Set<Shape>();
  return Object.entries(keys)
    .map(([name, key]) => {
      const required = key.required === true ? ' Required.' : '';
      const lines = [
        `${'#'.repeat(level)} \`${name}\``,
        `${key.description}${required}`,
        `Takes ${markdownValue(key.shape)}.${defaultOf(key)}`,
      ];
      if (key.example !== undefined) lines.push(`\`\`\`yaml\n${key.example}\n\`\`\``);
      const more = keys === taskKeys ? [own(MORE, name) ?? []].flat() : [];
      return [...lines, ...more, ...(nested ? tablesBelow(key.shape, seen) : [])].join('\n\n');
    })
    .join('\n\n');
}

function defaultOf({ default: value, shape }: Key): string {
  if (value === undefined) return '';
  const isLiteral =
    typeof value !== 'string' || (shape.kind === 'text' && !value.includes(' ')) || value === 'sh -e';
  return ` Default: ${isLiteral ? `\`${String(value)}\`` : value}.`;
}

/** Each object that stands at a place, and in its keys, as a table; each once. */
function tablesBelow(shape: Shape, seen: Set<Shape>): readonly string[] {
  return objectsIn(shape, seen).flatMap((object) => {
    if (object.kind === 'variants') return [variantsTable(object)];
    return Object.keys(object.keys).length > 0 ? [table(object.called, Object.entries(object.keys))] : [];
  });
}

function table(called: string, keys: readonly (readonly [string, Key, string?])[]): string {
  const rows = keys.map(([name, key, remark = '']) => {
    const required = key.required === true ? ' **Required.**' : '';
    const cells = [
      `\`${name}\``,
      tableCell(`${remark}${key.description}${required}${defaultOf(key)}`),
      tableCell(markdownValue(key.shape)),
      key.example === undefined ? '' : tableCell(`\`${key.example}\``),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [`| key of ${called} | meaning | takes | example |\n| --- | --- | --- | --- |`, ...rows].join('\n');
}

/** One table for all cases; a key that not all of them have says which do. */
function variantsTable(shape: VariantsShape): string {
  const cases = Object.entries(shape.cases);
  const keys = new Map<string, { readonly key: Key; readonly shapes: Shape[]; readonly of: string[] }>();
  for (const [name, object] of cases) {
    for (const [keyName, key] of Object.entries(object.keys)) {
      const entry = keys.get(keyName) ?? { key, shapes: [], of: [] };
      entry.shapes.push(key.shape);
      entry.of.push(name);
      keys.set(keyName, entry);
    }
  }
  const rows = [...keys].map(([name, { key, shapes, of }]): readonly [string, Key, string] => {
    if (name === shape.tag)
      return [name, { ...key, description: shape.about, shape: { kind: 'text', values: of } }, ''];
    const remark = of.length === cases.length ? '' : `For ${of.join(', ')}. `;
    return [name, { ...key, shape: { kind: 'oneOf', options: shapes } }, remark];
  });
  return table(shape.called, rows);
}

function objectsIn(shape: Shape, seen: Set<Shape>): readonly (ObjectShape | VariantsShape)[] {
  if (seen.has(shape)) return [];
  seen.add(shape);
  switch (shape.kind) {
    case 'text':
    case 'number':
    case 'boolean':
      return [];
    case 'list':
      return objectsIn(shape.item, seen);
    case 'oneOf':
      return shape.options.flatMap((option) => objectsIn(option, seen));
    case 'variants':
      return [shape];
    case 'object': {
      const rest = shape.rest === undefined ? [] : [shape.rest.shape];
      const below = [...Object.values(shape.keys).map((key) => key.shape), ...rest];
      return [shape, ...below.flatMap((each) => objectsIn(each, seen))];
    }
  }
}

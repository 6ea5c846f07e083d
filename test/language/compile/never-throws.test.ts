import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadProject } from '../../../runner/language/load.ts';
import { pipelineFile } from '../../../runner/language/schema/pipeline.ts';
import { projectFile } from '../../../runner/language/schema/project.ts';
import { reusableFile } from '../../../runner/language/schema/reusable.ts';
import type { Shape } from '../../../runner/language/schema/shape/shape.ts';
import { memorySource } from './memory-source.ts';

/** Names few enough that things refer to each other, to themselves, and to what is not there. */
const NAMES = ['a', 'b', 'date', 'month', 'venue', 'p', 'include', '__proto__', 'constructor'];

const PATHS = ['tasks/x.yaml', './image/Dockerfile', 'image', '*.csv', '../x', '18:00'];
const TIMES = ['2024-01-31', '2024-02-30', '2024-01', 'mon-fri', '0 7 * * *', 'America/New_York'];
const WORDS = ['p/a', 'q/b', '512m', 'a-b', 'a_b', 'SLUICE_X', ''];
const EXPRESSIONS = [
  'always()',
  '${{ params.date }}',
  '${{ needs.a.outputs.b }}',
  "${{ fromJSON('[1]') }}",
  '${{',
  '${{ matrix.venue',
  '{{ params.a }}',
];
const OTHERS = [null, true, false, 0, -1, 1, 2.5, 1e21, [], {}];

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...NAMES, ...PATHS, ...TIMES, ...WORDS, ...EXPRESSIONS, ...OTHERS),
  fc.string({ maxLength: 8 }),
  fc.integer(),
);

/** What the table of the dialect asks for at a place, mostly; now and then anything else. */
function valueOf(shape: Shape, depth: number): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: fitting(shape, depth) }, { weight: 1, arbitrary: leaf });
}

function fitting(shape: Shape, depth: number): fc.Arbitrary<unknown> {
  if (depth <= 0) return leaf;
  switch (shape.kind) {
    case 'text':
      return shape.values === undefined ? leaf : fc.constantFrom(...shape.values);
    case 'number':
      return fc.constantFrom(0, 1, 2, -1, 28, 1.5);
    case 'boolean':
      return fc.boolean();
    case 'list':
      return fc.array(valueOf(shape.item, depth - 1), { maxLength: 4 });
    case 'oneOf':
      return fc.oneof(...shape.options.map((option) => valueOf(option, depth)));
    case 'variants':
      return fc.oneof(...Object.values(shape.cases).map((each) => valueOf(each, depth)));
    case 'object': {
      const keys = Object.entries(shape.keys).map(([key, { shape: inner }]) =>
        fc.tuple(fc.constant(key), valueOf(inner, depth - 1)),
      );
      const { rest } = shape;
      const named =
        rest === undefined ? [] : [fc.tuple(fc.constantFrom(...NAMES), valueOf(rest.shape, depth - 1))];
      return fc
        .array(fc.oneof(...keys, ...named), { maxLength: 6 })
        .map((entries) => Object.fromEntries(entries));
    }
  }
}

const files = fc.record({
  pipelineP: valueOf(pipelineFile, 7),
  pipelineQ: valueOf(pipelineFile, 7),
  project: valueOf(projectFile, 4),
  reusable: valueOf(reusableFile, 6),
  holidays: fc.string({ unit: fc.constantFrom('2024-01-01', '\n', '#', 'through: ', 'x', ' ', '\0') }),
});

describe('loading', () => {
  it('throws for no files whatever, and every mistake points into a file', async () => {
    await fc.assert(
      fc.asyncProperty(files, async ({ pipelineP, pipelineQ, project, reusable, holidays }) => {
        const texts: Record<string, string> = {
          'pipelines/p.yaml': stringify(pipelineP),
          'pipelines/q.yaml': stringify(pipelineQ),
          'sluice.yaml': stringify(project),
          'tasks/x.yaml': stringify(reusable),
          'image/Dockerfile': 'FROM alpine',
          '18:00': holidays,
        };
        const { problems } = await loadProject(memorySource(texts), { kind: 'all' });
        for (const { file, line, column, source, message } of problems) {
          expect(message).not.toMatch(/undefined|\[object|NaN/);
          const lines = texts[file ?? '']?.split('\n');
          if (line === undefined) continue;
          expect(lines).toBeDefined();
          expect(lines?.[line - 1]?.replace(/\r$/, '')).toBe(source);
          expect(column).toBeLessThanOrEqual((source ?? '').length + 1);
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

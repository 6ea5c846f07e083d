import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../../../runner/model/pipeline.ts';
import { compileTask, mistakes } from '../memory-source.ts';

async function matrixOf(matrix: string): Promise<Matrix | undefined> {
  const text = `tasks:\n  list: { image: alpine, run: echo, outputs: [{ value: symbols }] }\n  t: { image: alpine, run: echo, needs: [list], strategy: { matrix: ${matrix} } }\n`;
  return (await compileTask('t', text)).matrix;
}

describe('a matrix', () => {
  it('is every combination of its axes, in their order', async () => {
    expect(await matrixOf('{ venue: [nyse, nasdaq], tape: [1, 2] }')).toEqual({
      kind: 'static',
      keys: ['venue', 'tape'],
      legs: [
        { venue: 'nyse', tape: 1 },
        { venue: 'nyse', tape: 2 },
        { venue: 'nasdaq', tape: 1 },
        { venue: 'nasdaq', tape: 2 },
      ],
    });
  });

  it('leaves out what an exclude matches, also by some of its axes', async () => {
    expect(await matrixOf('{ a: [1, 2], b: [x, y], exclude: [{ a: 1 }, { a: 2, b: y }] }')).toMatchObject({
      legs: [{ a: 2, b: 'x' }],
    });
  });

  // The example of GitHub's documentation on `include`, whose outcome is written there.
  it('extends and adds by include as GitHub does', async () => {
    const matrix = await matrixOf(
      '{ fruit: [apple, pear], animal: [cat, dog], include: [{ color: green }, { color: pink, animal: cat }, { fruit: apple, shape: circle }, { fruit: banana, animal: none }, { fruit: banana, animal: cat }] }',
    );
    expect(matrix).toEqual({
      kind: 'static',
      keys: ['fruit', 'animal'],
      legs: [
        { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
        { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
        { fruit: 'pear', animal: 'cat', color: 'pink' },
        { fruit: 'pear', animal: 'dog', color: 'green' },
        { fruit: 'banana', animal: 'none' },
        { fruit: 'banana', animal: 'cat' },
      ],
    });
  });

  it('brings back by include what an exclude removed', async () => {
    expect(
      await matrixOf('{ a: [1, 2], exclude: [{ a: 2 }], include: [{ a: 2, slow: true }] }'),
    ).toMatchObject({
      legs: [{ a: 1 }, { a: 2, slow: true }],
    });
  });

  it('of include alone is identified by what every entry has', async () => {
    expect(await matrixOf('{ include: [{ venue: nyse, tape: A }, { venue: nasdaq }] }')).toEqual({
      kind: 'static',
      keys: ['venue'],
      legs: [{ venue: 'nyse', tape: 'A' }, { venue: 'nasdaq' }],
    });
  });

  it('may be known only at run time; axes beside it are written as the same kind', async () => {
    expect(
      await matrixOf("{ symbol: '${{ fromJSON(needs.list.outputs.symbols) }}', side: [\"buyer's\", 2] }"),
    ).toEqual({
      kind: 'dynamic',
      keys: ['symbol', 'side'],
      axes: {
        symbol: '${{ fromJSON(needs.list.outputs.symbols) }}',
        side: "${{ fromJSON('[\"buyer''s\",2]') }}",
      },
    });
  });

  it('is refused when it explodes, before it fills memory', async () => {
    const axis = JSON.stringify(Array.from({ length: 60 }, (_, index) => index));
    expect(
      await mistakes(
        `tasks:\n  t: { image: alpine, run: echo, strategy: { matrix: { a: ${axis}, b: ${axis}, c: ${axis}, d: ${axis} } } }\n`,
      ),
    ).toEqual(['matrix-invalid 2']);
  });

  it('its keys end the partition, behind time and other keys in the order of the pipeline', async () => {
    const task = await compileTask(
      't',
      'params: { symbol: { type: string, key: true }, top: { type: number }, date: { type: date } }\ntasks:\n  t: { image: alpine, run: echo, strategy: { matrix: { venue: [a] }, max-parallel: 2, fail-fast: true } }\n',
    );
    expect(task).toMatchObject({
      params: ['symbol', 'top', 'date'],
      keys: ['date', 'symbol', 'venue'],
      timeKey: 'date',
      maxParallel: 2,
      failFast: true,
    });
  });
});

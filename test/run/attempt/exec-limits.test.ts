import { describe, expect, it } from 'vitest';
import { execProblem } from '../../../runner/run/attempt/exec-limits.ts';
import { createWorld, instance, start, task } from '../world.ts';

const nothing = { words: ['sh'], script: undefined, env: {}, secrets: {} };

describe('what no kernel could start a program with', () => {
  it.each([
    [
      { env: { X: 'z'.repeat(200_000) } },
      'env.X has 200,000 bytes, a variable can hold 131,071: write a file to /outputs',
    ],
    [{ env: { X: 'z'.repeat(131_070) } }, 'env.X has 131,072 bytes, a variable can hold 131,071'],
    [{ secrets: { KEY: 'z'.repeat(200_000) } }, 'the secret KEY has 200,000 bytes'],
    [
      { words: ['sh', 'é'.repeat(70_000)], script: 'é'.repeat(70_000) },
      "the script has 140,000 bytes, a program can be given 131,071: put it into a file under `files`, or write shell: 'sh -e {0}'",
    ],
    [{ words: ['sh', 'x'.repeat(131_072)] }, 'the argument "xxxxxxxxxxxxxxxxxxxx" has 131,072 bytes'],
    [{ env: { A: 'a\0b' } }, 'env.A holds a NUL character'],
    [{ secrets: { KEY: 'very\0secret' } }, 'the secret KEY holds a NUL character'],
    [
      { env: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`V${n}`, 'z'.repeat(110_000)])) },
      'all variables and arguments together have 2,2',
    ],
  ])('is told: %#', (more, words) => {
    const problem = execProblem({ ...nothing, ...more });
    expect(problem).toContain(words);
    expect(problem).not.toContain('very');
  });

  it('is nothing that fits', () => {
    const env = { X: 'z'.repeat(131_069), Y: 'z'.repeat(100_000) };
    expect(execProblem({ ...nothing, words: ['sh', '-c', 'x'.repeat(131_071)], env })).toBeUndefined();
  });

  it('is told before anything starts, and not tried again', async () => {
    const world = await createWorld();
    const { report, engine } = start(
      world,
      [task('use', { env: { X: 'z'.repeat(200_000) } })],
      [instance('use')],
    );
    const [ended] = (await report).instances;
    expect(ended).toMatchObject({ state: 'failed', cause: { kind: 'start-failed', transient: false } });
    expect(ended?.reason).toContain('env.X has 200,000 bytes');
    expect(engine.jobs).toEqual([]);
  });
});

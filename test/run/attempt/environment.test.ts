import { expect, test } from 'vitest';
import type { Pipeline, Task } from '../../../runner/model/pipeline.ts';
import { fingerprintOf } from '../../../runner/plan/staleness/fingerprint.ts';
import { compile } from '../../language/compile/memory-source.ts';
import { createWorld, instance, start } from '../world.ts';

const text = (top: string) => `
x-common: &common { WRITTEN: once }
env: { MODE: top, URL: 'https://example.org/\${{ params.date }}'${top} }
params: { date: { type: date, start: 2024-01-01 } }
defaults: { image: alpine, run: echo }
tasks:
  plain: {}
  own: { env: { MODE: task } }
  shared: { env: *common }
`;

/** What the container of a task is given for the names. */
async function given(name: string, names: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { tasks } = await compile(text(''));
  const world = await createWorld();
  const { report, engine } = start(world, Object.values(tasks), [instance(name, 'date=2024-01-02')]);
  await report;
  const env = engine.jobs[0]?.env ?? {};
  return Object.fromEntries(names.map((key) => [key, env[key]]));
}

test("a pipeline's env reaches every container, evaluated", async () => {
  expect(await given('plain', ['MODE', 'URL'])).toEqual({
    MODE: 'top',
    URL: 'https://example.org/2024-01-02',
  });
});

test("a task's own env goes before the pipeline's, name by name", async () => {
  expect(await given('own', ['MODE', 'URL'])).toEqual({
    MODE: 'task',
    URL: 'https://example.org/2024-01-02',
  });
});

test('what an x-… key holds reaches the tasks that refer to it', async () => {
  expect(await given('shared', ['MODE', 'WRITTEN', 'x-common'])).toEqual({
    MODE: 'top',
    WRITTEN: 'once',
    'x-common': undefined,
  });
});

test("the pipeline's env is in the fingerprint of whoever is given it", async () => {
  const before = await compile(text(''));
  const changed = await compile(text(', MODE: other').replace('MODE: top, ', ''));
  const more = await compile(text(', MORE: 1'));
  expect(hashOf(changed, 'plain')).not.toBe(hashOf(before, 'plain'));
  // It sees its own.
  expect(hashOf(changed, 'own')).toBe(hashOf(before, 'own'));
  expect(hashOf(more, 'own')).not.toBe(hashOf(before, 'own'));
});

function hashOf(pipeline: Pipeline, name: string): string {
  const task: Task | undefined = pipeline.tasks[name];
  if (task === undefined) throw new Error(`no task ${name}`);
  return fingerprintOf(pipeline, task, {}).env;
}

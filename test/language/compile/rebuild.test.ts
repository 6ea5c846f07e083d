import { expect, it } from 'vitest';
import { loadProject } from '../../../runner/language/load.ts';
import { memorySource } from './memory-source.ts';

const TASKS = 'tasks:\n  t: { image: alpine, run: echo }\n';

async function rebuildsOf(
  files: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> {
  const { pipelines, problems } = await loadProject(memorySource(files), { kind: 'all' });
  expect(problems).toEqual([]);
  return Object.fromEntries([...pipelines].map(([name, { rebuild }]) => [name, rebuild]));
}

it('`rebuild` of a pipeline comes before that of the project', async () => {
  const files = { 'pipelines/a.yaml': TASKS, 'pipelines/b.yaml': `rebuild: [missing, failed]\n${TASKS}` };
  expect(await rebuildsOf(files)).toEqual({ a: undefined, b: ['missing', 'failed'] });
  expect(await rebuildsOf({ ...files, 'sluice.yaml': 'rebuild: stale\n' })).toEqual({
    a: ['stale'],
    b: ['missing', 'failed'],
  });
});

it('`rebuild: all` is no default: every run would make everything anew', async () => {
  const files = { 'pipelines/a.yaml': `rebuild: all\n${TASKS}`, 'sluice.yaml': 'rebuild: all\n' };
  const { problems } = await loadProject(memorySource(files), { kind: 'all' });
  expect(problems.map(({ file, line }) => `${file}:${line}`)).toEqual([
    'pipelines/a.yaml:1',
    'sluice.yaml:1',
  ]);
});

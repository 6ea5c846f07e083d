import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadProject } from '../../../runner/language/load.ts';
import { folderSource } from '../../../runner/language/source.ts';

it('the design’s own example is without mistakes and becomes the pipeline of the golden file', async () => {
  const folder = join(import.meta.dirname, '../../fixtures/good/short-score');
  const { project, pipelines, problems } = await loadProject(folderSource(folder), { kind: 'all' });
  // The design is ahead of what is built.
  expect(problems.filter(({ code }) => code !== 'not-carried-out')).toEqual([]);
  expect([...pipelines.keys()]).toEqual(['short-score']);
  expect(project).toEqual({
    root: folder,
    store: '.sluice/store',
    engine: {},
    pools: {},
    concurrency: 4,
    notify: undefined,
  });
  const json = `${JSON.stringify(pipelines.get('short-score'), null, 2)}\n`;
  await expect(json).toMatchFileSnapshot('../../golden/language/short-score.json');
});

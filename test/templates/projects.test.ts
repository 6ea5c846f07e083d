import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProject } from '../../runner/language/load.ts';
import { folderSource } from '../../runner/language/source.ts';
import { templates } from './data.ts';

async function problemsOf(folder: string): Promise<readonly string[]> {
  const { problems } = await loadProject(folderSource(folder), { kind: 'all' });
  // The flagship is ahead of what is built.
  const told = problems.filter(({ code }) => code !== 'not-carried-out');
  return told.map((problem) => `${problem.file}:${problem.line} ${problem.message}`);
}

async function inCopy(
  template: string,
  change: (folder: string) => Promise<void>,
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-template-'));
  try {
    await cp(join(templates, template), folder, { recursive: true });
    await change(folder);
    return await problemsOf(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('what people copy', () => {
  it('is without a mistake: the flagship', async () => {
    expect(await problemsOf(join(templates, 'short-score'))).toEqual([]);
  });

  it('is without a mistake: what `sluice init` writes', async () => {
    expect(await problemsOf(join(templates, 'init'))).toEqual([]);
  });

  it('is without a mistake: the demo, with the data it brings along', async () => {
    const problems = await inCopy('demo/project', async (folder) => {
      await cp(
        join(templates, '../node_modules/vega-datasets/data/seattle-weather.csv'),
        join(folder, 'data/seattle-weather.csv'),
      );
    });
    expect(problems).toEqual([]);
  });

  it('is without a mistake: the README’s pipeline', async () => {
    const readme = await readFile(join(templates, '../README.md'), 'utf8');
    const [, yaml = ''] = /```yaml\n(name: sales[\s\S]*?)```/.exec(readme) ?? [];
    expect(yaml.trim().split('\n')).toHaveLength(20);
    const problems = await inCopy('init', async (folder) => {
      await writeFile(join(folder, 'pipelines/sales.yaml'), yaml);
      await writeFile(join(folder, 'scripts/orders.py'), '');
      await writeFile(join(folder, 'scripts/trend.py'), '');
    });
    expect(problems).toEqual([]);
  });
});

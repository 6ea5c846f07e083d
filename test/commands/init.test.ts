import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initCommand } from '../../runner/commands/init.ts';
import type { Output } from '../../runner/commands/cli/output.ts';
import { loadProject } from '../../runner/language/load.ts';
import { folderSource } from '../../runner/language/source.ts';

let folder: string;
const said: string[] = [];
const documents: unknown[] = [];
const output = (json: boolean): Output => ({
  json,
  color: false,
  debug: false,
  complete: (text) => text,
  say: (text) => void said.push(...[text].flat()),
  warn: (text) => void said.push(...[text].flat()),
  document: async (value) => void documents.push(value),
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-init-'));
  said.length = 0;
  documents.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('sluice init', () => {
  it('writes a project without a mistake, and says how to run it', async () => {
    expect(await initCommand([folder], {}, output(false))).toBe(0);
    const { pipelines, problems } = await loadProject(folderSource(folder), { kind: 'all' });
    expect(problems).toEqual([]);
    expect([...pipelines.keys()]).toEqual(['hello']);
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toContain('.sluice/');
    expect(said.join('\n')).toContain('sluice run hello');
  });

  it.each(['pipelines/hello.yaml', 'sluice.yaml'])(
    'tells the editor in %s which schema checks it',
    async (file) => {
      await initCommand([folder], {}, output(false));
      const [, schema = ''] =
        /^# yaml-language-server: \$schema=(\S+)\n/.exec(await readFile(join(folder, file), 'utf8')) ?? [];
      const text = await readFile(join(folder, dirname(file), schema), 'utf8');
      expect(Object.keys(JSON.parse(text) as object)).toContain('$schema');
    },
  );

  it('leaves what is there alone, names it, and writes nothing beside it', async () => {
    await writeFile(join(folder, 'sluice.yaml'), 'mine');
    await expect(initCommand([folder], {}, output(false))).rejects.toThrow(/sluice\.yaml is already in/);
    expect(await readdir(folder)).toEqual(['sluice.yaml']);
    await initCommand([folder], { force: true }, output(true));
    expect(await readFile(join(folder, 'sluice.yaml'), 'utf8')).not.toBe('mine');
    expect(documents).toMatchObject([{ schema: 1, folder }]);
  });
});

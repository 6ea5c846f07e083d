import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../runner/report/frame.ts';
import { loadProject } from '../../runner/language/load.ts';
import { folderSource } from '../../runner/language/source.ts';

/*
 * Each `<name>.yaml` (or folder `<name>`, where it takes several files) is a project with mistakes, beside
 * `<name>.expected.txt`, what a person is told. A new message is written with UPDATE_FIXTURES=1 and then read.
 */
const FOLDER = join(import.meta.dirname, '../fixtures/broken');
/** Files that the broken pipelines name. */
const ASSETS = new Set(['scripts', 'image']);

const names = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => (entry.isDirectory() ? !ASSETS.has(entry.name) : entry.name.endsWith('.yaml')))
  .map((entry) => entry.name);

async function messagesOf(name: string): Promise<string> {
  const { problems } = name.endsWith('.yaml')
    ? await loadProject(folderSource(FOLDER), { kind: 'file', path: name })
    : await loadProject(folderSource(join(FOLDER, name)), { kind: 'all' });
  return `${problems.map((problem) => formatProblem(problem, { color: false }).trimEnd()).join('\n\n')}\n`;
}

describe('a broken file', () => {
  it.each(names)('%s is answered by the expected message', async (name) => {
    const messages = await messagesOf(name);
    const file = join(FOLDER, `${name.replace(/\.yaml$/, '')}.expected.txt`);
    if (process.env['UPDATE_FIXTURES'] === '1') writeFileSync(file, messages);
    expect(messages).toBe(readFileSync(file, 'utf8'));
  });

  it('is there for each of at least 75 mistakes, and no message is left over', () => {
    expect(names.length).toBeGreaterThanOrEqual(75);
    const messages = readdirSync(FOLDER).filter((name) => name.endsWith('.expected.txt'));
    expect(messages.map((name) => name.replace('.expected.txt', '')).sort()).toEqual(
      names.map((name) => name.replace(/\.yaml$/, '')).sort(),
    );
  });
});

describe('a problem code', () => {
  const SPEC = join(import.meta.dirname, '../../runner/language');
  /** Each union of codes, by the file that declares it. */
  const unions = ['compile/source/problem-code.ts', 'document/problem.ts', 'expression/problem.ts'];
  const codes = unions.flatMap((file) => {
    const [, union = ''] =
      /Code =\n((?:\s*\| '[a-z-]+'\n?)+)/.exec(readFileSync(join(SPEC, file), 'utf8').replace(/;\n/, '\n')) ??
      [];
    return [...union.matchAll(/'([a-z-]+)'/g)].map((match) => match[1] ?? '');
  });
  /** What takes very much or very long is not kept here: `document.test.ts` and `hostile.test.ts` make it. */
  const elsewhere = new Set([
    'file-too-large',
    'too-many-files',
    'took-too-long',
    'too-long',
    'too-many',
    'pipeline-too-large',
  ]);

  it('is found in the sources', () => {
    expect(codes.length).toBeGreaterThan(60);
    expect(existsSync(join(SPEC, 'compile'))).toBe(true);
  });

  it.each(codes.filter((code) => !elsewhere.has(code)))('%s has a broken file', (code) => {
    const told = readdirSync(FOLDER)
      .filter((name) => name.endsWith('.expected.txt'))
      .some((name) => readFileSync(join(FOLDER, name), 'utf8').includes(`[${code}]`));
    expect(told).toBe(true);
  });
});

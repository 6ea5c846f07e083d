import { createHash } from 'node:crypto';
import { loadProject } from '../../../runner/language/load.ts';
import type { LoadedProject } from '../../../runner/language/load.ts';
import type { SourceEntry, SourceFiles } from '../../../runner/language/source.ts';
import type { Pipeline, Task } from '../../../runner/model/pipeline.ts';

/** A project in memory; a name that ends in `*` is an executable file. */
export function memorySource(files: Readonly<Record<string, string>>): SourceFiles {
  const texts = new Map(Object.entries(files).map(([path, text]) => [path.replace(/\*$/, ''), text]));
  const executables = new Set(
    Object.keys(files).flatMap((path) => (path.endsWith('*') ? [path.slice(0, -1)] : [])),
  );
  return {
    root: '/project',
    read: async (path) => {
      const text = texts.get(path);
      return text === undefined ? undefined : new TextEncoder().encode(text);
    },
    hash: async (path) => {
      const text = texts.get(path);
      return text === undefined ? undefined : createHash('sha256').update(text).digest('hex');
    },
    list: async (folder) => {
      const prefix = folder === '' ? '' : `${folder}/`;
      const entries = new Map<string, SourceEntry>();
      for (const path of texts.keys()) {
        if (!path.startsWith(prefix)) continue;
        const [name = '', ...below] = path.slice(prefix.length).split('/');
        const kind = below.length > 0 ? 'folder' : 'file';
        entries.set(name, { name, kind, executable: executables.has(path) });
      }
      return entries.size === 0 && folder !== '' ? undefined : [...entries.values()];
    },
  };
}

export async function load(files: Readonly<Record<string, string>>): Promise<LoadedProject> {
  const loaded = await loadProject(memorySource(files), { kind: 'all' });
  // That nothing acts upon a key yet is told of good pipelines too.
  return { ...loaded, problems: loaded.problems.filter(({ code }) => code !== 'not-carried-out') };
}

/** The one pipeline of a text that has no mistake; throws with the mistakes otherwise. */
export async function compile(text: string, files: Readonly<Record<string, string>> = {}): Promise<Pipeline> {
  const { pipelines, problems } = await load({ ...files, 'pipelines/p.yaml': text });
  const told = problems.map((problem) => `${problem.code} ${problem.line}: ${problem.message}`);
  const pipeline = pipelines.get('p');
  if (told.length > 0 || pipeline === undefined) throw new Error(told.join('\n'));
  return pipeline;
}

/** A task of a text that has no mistake. */
export async function compileTask(
  name: string,
  text: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Task> {
  const task = (await compile(text, files)).tasks[name];
  if (task === undefined) throw new Error(`no task ${name}`);
  return task;
}

/** The mistakes of a text as `code line`. */
export async function mistakes(
  text: string,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const { problems } = await load({ ...files, 'pipelines/p.yaml': text });
  return problems.map((problem) => `${problem.code} ${problem.line ?? '-'}`);
}

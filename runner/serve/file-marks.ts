import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenedProject } from '../app/project/open-project.ts';

/** More than anybody changes by hand at once: the rest is seen by the next tick. */
const MOST_FILES = 2000;

/** By which it is seen that a project's files have changed since: their names, sizes and times. */
export async function fileMarks({ project, pipelines }: OpenedProject): Promise<string> {
  const named = [...pipelines.values()].flatMap(({ file, tasks }) => [
    file,
    ...Object.values(tasks).flatMap(({ files, image }) => [
      ...files.map(({ path }) => path),
      ...(image?.kind === 'dockerfile' ? [image.path] : []),
    ]),
  ]);
  const listed = await readdir(join(project.root, 'pipelines')).catch(() => []);
  const paths = ['sluice.yaml', ...listed.map((name) => `pipelines/${name}`), ...named];
  const marks: string[] = [];
  for (const path of [...new Set(paths)].slice(0, MOST_FILES)) {
    const found = await stat(join(project.root, path)).catch(() => undefined);
    marks.push(`${path} ${found === undefined ? 'gone' : `${found.mtimeMs} ${found.size}`}`);
  }
  return marks.join('\n');
}

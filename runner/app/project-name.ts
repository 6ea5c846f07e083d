import { realpath } from 'node:fs/promises';
import { basename, relative, sep } from 'node:path';
import { repositoryAbove } from '../machine/repository.ts';
import type { Project } from '../model/pipeline.ts';
import { projectNameOf } from '../model/project-name.ts';

/**
 * Whose the project's pipelines are in a store: as `sluice.yaml` says; else its repository's name, and below that
 * the folder, for a repository may hold several projects; else its folder's name.
 */
export async function nameOfProject({ name, root }: Pick<Project, 'name' | 'root'>): Promise<string> {
  if (name !== undefined) return name;
  const folder = await realpath(root).catch(() => root);
  const repository = await repositoryAbove(folder);
  const parts =
    repository === undefined
      ? [basename(folder)]
      : [repository.name, ...relative(repository.top, folder).split(sep)];
  return projectNameOf(parts) ?? 'unnamed';
}

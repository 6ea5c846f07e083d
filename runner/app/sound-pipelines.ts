import { openProject } from './project/open-project.ts';
import { ProblemsError } from '../errors.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { AppOptions } from './asked-pipeline.ts';

/** For what only adds to an answer: none where a mistake is in the project's files, which is told elsewhere. */
export async function soundPipelines(options: AppOptions): Promise<readonly Pipeline[]> {
  try {
    return [...(await openProject(options)).pipelines.values()];
  } catch (error) {
    if (error instanceof ProblemsError) return [];
    throw error;
  }
}

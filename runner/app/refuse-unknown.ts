import { ProblemsError, usageError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { didYouMean } from '../language/suggest.ts';
import { openPipeline, type AppOptions } from './asked-pipeline.ts';
import { committedIds } from './results/committed.ts';

/**
 * For `pipeline`, `pipeline/task` or an instance that has nothing in the store. A name that the store knows is no
 * mistake, nor one that the project has. Where the project cannot be read nobody knows, and nothing is refused.
 *
 * @throws ProblemsError for a pipeline or a task that neither the project nor the store knows.
 */
export async function refuseUnknown(path: string, ledger: Ledger, options: AppOptions): Promise<void> {
  const [name = '', task] = path.split('/');
  if ((await committedIds(ledger, task === undefined ? name : `${name}/${task}`)).length > 0) return;
  try {
    const { pipeline } = await openPipeline(options, { pipeline: name });
    if (task === undefined || Object.hasOwn(pipeline.tasks, task)) return;
    throw usageError(
      'unknown-task',
      `there is no task \`${task}\` in pipeline ${name}, and nothing in the store under ${path}`,
      didYouMean(task, Object.keys(pipeline.tasks), 'tasks'),
    );
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    const [problem] = error.problems;
    if (problem?.code === 'unknown-task') throw error;
    if (problem?.code !== 'unknown-pipeline') return;
    throw usageError(problem.code, `${problem.message}, and nothing in the store under ${path}`, problem.fix);
  }
}

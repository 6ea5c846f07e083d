import { openProject, type OpenedProject } from './project/open-project.ts';
import type { ProjectOptions } from './project/project-options.ts';
import { ProblemsError, usageError } from '../errors.ts';
import { didYouMean } from '../language/suggest.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { Problem } from '../model/problem.ts';
import type { Target } from './target.ts';

/** Where a project is found and what its own settings give way to; nothing below looks at the process for it. */
export interface AppOptions extends ProjectOptions {
  /** What whoever waits is told meanwhile. */
  readonly say?: (text: string) => void;
}

/** A pipeline in its project, and what is asked of it. */
export interface AskedPipeline {
  readonly options: AppOptions;
  readonly opened: OpenedProject;
  readonly pipeline: Pipeline;
  readonly target: Target;
  /** Found in what is asked already; told together with what the plan finds in it. */
  readonly mistakes: readonly Problem[];
}

/**
 * Opens the project and finds the pipeline that is asked for: the only one where none is named.
 *
 * @throws ProblemsError for mistakes in the files, all at once, and for a pipeline that is not there.
 * @example
 * const asked = await openPipeline({ cwd: '/work/scores', env: process.env }, { pipeline: 'short-score' });
 */
export async function openPipeline(
  options: AppOptions,
  target: Partial<Target> = {},
): Promise<AskedPipeline> {
  const whole = { tasks: [], keys: {}, params: {}, ...target };
  const { file } = whole;
  const opened = await openProject(file === undefined ? options : { ...options, file }, {
    pipeline: whole.pipeline,
  });
  const pipeline = pick(opened, whole);
  return { options, opened, pipeline, target: withoutOwnName(whole, pipeline), mistakes: [] };
}

/** `./lone.yaml lone`: after a file its pipeline may be named too, as it is in every command that is printed. */
function withoutOwnName(target: Target, { name, tasks }: Pipeline): Target {
  const [first, ...rest] = target.tasks;
  if (target.file === undefined || first !== name || Object.hasOwn(tasks, name)) return target;
  return { ...target, tasks: rest };
}

function pick({ pipelines, named, names: known, unread }: OpenedProject, target: Target): Pipeline {
  const names = [...known.keys()];
  const name = target.pipeline ?? named ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    throw usageError('no-pipeline', 'expected the name of a pipeline', `There are ${names.join(', ')}.`);
  }
  const pipeline = pipelines.get(name);
  if (pipeline !== undefined) return pipeline;
  const owners = names.filter((one) => known.get(one)?.includes(name) === true);
  const { problems } = usageError(
    'unknown-pipeline',
    `there is no pipeline "${name}"`,
    owners.length === 0
      ? didYouMean(name, names, 'pipelines')
      : `it is a task: write the pipeline before it, ${owners.map((owner) => `\`${owner} ${name}\``).join(' or ')}`,
  );
  throw new ProblemsError([...problems, ...unread]);
}

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { systemClock } from '../../clock.ts';
import { storeRef } from '../../compose.ts';
import { ProblemsError, usageError } from '../../errors.ts';
import type { Selection, SourceFiles } from '../../language/source.ts';
import type { Pipeline, Project } from '../../model/pipeline.ts';
import type { Problem } from '../../model/problem.ts';
import type { Clock } from '../../ports.ts';
import type { ProjectOptions } from './project-options.ts';
import { namedStore, withOverrides } from './overrides.ts';

export interface OpenedProject {
  readonly project: Project;
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  /** Of the named file. */
  readonly named?: string;
  /** Of all pipelines there are, also of those that were not asked for, with the names of their tasks. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** Why files that were not asked for can't be read: what is not found may be in one of them. */
  readonly unread: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly clock: Clock;
}

/**
 * Reads and checks every file of the project, or with `asked` only what that pipeline needs (without a name: the only
 * one there is); all mistakes at once as a `ProblemsError`.
 */
export async function openProject(
  options: ProjectOptions,
  asked?: { readonly pipeline: string | undefined },
): Promise<OpenedProject> {
  const [{ loadProject }, { createBudget, unlimited }] = await Promise.all([
    import('../../language/load.ts'),
    import('../../language/budget.ts'),
  ]);
  const { source, selection: located } = await locate(options);
  const selection =
    located.kind === 'all' && asked !== undefined
      ? ({ kind: 'pipeline', name: asked.pipeline } as const)
      : located;
  const budget =
    options.budgetSeconds === undefined
      ? unlimited
      : createBudget(options.budgetSeconds, () => performance.now());
  const loaded = await loadProject(source, selection, budget);
  const project = soundProject(loaded, options);
  const file = selection.kind === 'file' ? selection.path : undefined;
  const named = [...loaded.pipelines.values()].find((pipeline) => pipeline.file === file)?.name;
  return {
    project,
    pipelines: loaded.pipelines,
    names: loaded.names,
    unread: loaded.unread,
    ...(named === undefined ? {} : { named }),
    warnings: loaded.problems,
    clock: systemClock,
  };
}

/** A project of which some pipelines may be broken. */
export interface SoundProject {
  /** With the pipelines that can be run. */
  readonly opened: OpenedProject;
  /** What keeps the others from it. */
  readonly problems: readonly Problem[];
}

/**
 * The same for whoever runs all there is: a mistake in one pipeline, or in what it uses, stops only those that need it.
 * Throws a `ProblemsError` where none can be run.
 */
export async function openSoundProject(options: ProjectOptions): Promise<SoundProject> {
  try {
    return { opened: await openProject(options), problems: [] };
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return openOneByOne(options, error);
  }
}

async function openOneByOne(options: ProjectOptions, error: ProblemsError): Promise<SoundProject> {
  const pipelines = new Map<string, Pipeline>();
  const problems = new Map<string, Problem>();
  const names = await pipelineNames(options);
  let first: OpenedProject | undefined;
  for (const name of new Set(names)) {
    try {
      const opened = await openProject(options, { pipeline: name });
      first ??= opened;
      for (const [known, pipeline] of opened.pipelines) pipelines.set(known, pipeline);
    } catch (one) {
      if (!(one instanceof ProblemsError)) throw one;
      for (const problem of one.problems) problems.set(JSON.stringify(problem), problem);
    }
  }
  if (first === undefined) throw error;
  return { opened: { ...first, pipelines }, problems: [...problems.values()] };
}

/**
 * The project's settings, or the defaults where none are. No pipeline is read: a mistake in one, or none in the
 * folder but a lone file, must not keep a person from the store.
 */
export async function openSettings(options: ProjectOptions): Promise<Project> {
  return soundProject(await loadedSettings(options), options);
}

/** The same for whoever only wants the store: of one that is named, nothing that a file says is needed. */
export async function openStoreSettings(options: ProjectOptions): Promise<Project> {
  const loaded = await loadedSettings(options);
  return namedStore(options) === undefined
    ? soundProject(loaded, options)
    : soundProject({ ...loaded, problems: [] }, options);
}

async function loadedSettings(options: ProjectOptions) {
  const { loadSettings } = await import('../../language/load.ts');
  const { source } = await locate(options);
  return loadSettings(source);
}

/** The names of the project's pipelines, or of the one in the named file, whatever else is wrong in them. */
export async function pipelineNames(options: ProjectOptions): Promise<readonly string[]> {
  const { loadNames } = await import('../../language/load.ts');
  const { source, selection } = await locate(options);
  return loadNames(source, selection);
}

/** Files of a folder without `pipelines/` that may each be a pipeline, by their names. */
export async function lonePipelines(
  options: ProjectOptions,
): Promise<{ readonly root: string; readonly files: readonly string[] }> {
  const { loadLoneFiles } = await import('../../language/load.ts');
  const { source } = await locate(options);
  return { root: source.root, files: await loadLoneFiles(source) };
}

async function locate(options: ProjectOptions): Promise<{
  readonly source: SourceFiles;
  readonly selection: Selection;
}> {
  const { folderSource, locateProject } = await import('../../language/source.ts');
  const { root, selection } = await locateProject(
    await folderOf(options),
    options.file === undefined ? undefined : resolve(options.cwd, options.file),
  );
  return { source: folderSource(root), selection };
}

/** Where the project is looked for. One that was named has to be there; the current folder is wherever it is. */
async function folderOf({ cwd, project }: ProjectOptions): Promise<string> {
  if (project === undefined) return cwd;
  const folder = resolve(cwd, project);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true && project !== '') return folder;
  throw usageError(
    'no-project',
    `expected the folder of a project for --project, found "${project}"${found === undefined ? ': there is no such folder' : project === '' ? '' : ': it is no folder'}`,
    'name the folder of sluice.yaml or pipelines/',
  );
}

function soundProject(
  loaded: { readonly project: Project; readonly problems: readonly Problem[] },
  options: ProjectOptions,
): Project {
  const errors = loaded.problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) throw new ProblemsError(loaded.problems);
  const project = withOverrides(loaded.project, options);
  // A store that cannot be is told with the files, before anything is asked of it.
  storeRef(project);
  return project;
}

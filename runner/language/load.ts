import { BudgetSpent, unlimited } from './budget.ts';
import type { Budget } from './budget.ts';
import type { Pipeline, Project } from '../model/pipeline.ts';
import type { Problem } from '../model/problem.ts';
import type { Drafts, PipelineDraft } from './compile/drafts.ts';
import { linkPipelines } from './compile/needs/link.ts';
import { child, members, text } from './compile/source/node.ts';
import type { Node, Place } from './compile/source/node.ts';
import { parseFile } from './compile/source/parse.ts';
import { compilePipeline, nameOfFile, pipelineName } from './compile/pipeline.ts';
import { compileProject, defaultProject } from './compile/project.ts';
import { createProblemReport, placeOf } from './compile/source/problem-report.ts';
import type { ProblemReport } from './compile/source/problem-report.ts';
import { createReusables } from './compile/reusable.ts';
import { createTree } from './compile/source/tree.ts';
import type { Tree } from './compile/source/tree.ts';
import { pipelineName as pipelineNameFormat } from './schema/shape/format.ts';
import type { Selection, SourceFiles } from './source.ts';

/** What a project's files say, and everything that is wrong in them. */
export interface LoadedProject {
  readonly project: Project;
  /** By name, in the order of their files. With errors among `problems`, not fit to be run. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  /** Of all pipelines there are, also of those that were not asked for, with the names of their tasks. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** Why files that were not asked for can't be read: what is not found may be in one of them. */
  readonly unread: readonly Problem[];
  /** By file and line; errors and warnings. */
  readonly problems: readonly Problem[];
}

const FOLDER = 'pipelines';

/**
 * Reads `sluice.yaml`, the pipelines and what they name (reusable tasks, calendars, Dockerfiles, `files`), and
 * compiles them. Never throws for what is in a file.
 *
 * Of a file or a pipeline that is asked for, its own mistakes are told and those of what it uses and needs. The other
 * pipelines of the project stop nobody.
 *
 * @example
 * const { pipelines, problems } = await loadProject(folderSource('/work/scores'), { kind: 'all' });
 */
export async function loadProject(
  source: SourceFiles,
  selection: Selection,
  budget: Budget = unlimited,
): Promise<LoadedProject> {
  const report = createProblemReport(budget);
  const tree = createTree(source, report);
  let project = defaultProject(source.root);
  try {
    project = await compileProject(source.root, tree, report);
    return await loadPipelines(project, selection, tree, report);
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    report.error({ file: '.', whole: true }, 'took-too-long', `reading the project takes ${error.message}`, {
      fix: 'The rest was not looked at. Make that smaller, or give it more time: SLUICE_CHECK_SECONDS=600 sluice check',
    });
    return {
      project,
      pipelines: new Map(),
      names: new Map(),
      unread: [],
      problems: inOrder(report.problems),
    };
  }
}

async function loadPipelines(
  project: Project,
  selection: Selection,
  tree: Tree,
  report: ProblemReport,
): Promise<LoadedProject> {
  const compile = (files: readonly string[], to: ProblemReport) => compileFiles(files, project, tree, to);
  if (selection.kind === 'all') {
    const files = await pipelineFiles(tree);
    if (files.length === 0) await reportNoPipelines(tree, report);
    const drafts = await compile(files, report);
    const pipelines = linkPipelines(drafts, report);
    return { project, pipelines, names: taskNames(drafts), unread: [], problems: inOrder(report.problems) };
  }
  return loadAsked(project, selection, tree, report, (files) => compile(files, report));
}

type Compile = (files: readonly string[]) => Promise<Drafts>;

/** One pipeline and those whose tasks it needs: a mistake in any other file stops nobody here. */
async function loadAsked(
  project: Project,
  selection: Exclude<Selection, { readonly kind: 'all' }>,
  tree: Tree,
  report: ProblemReport,
  compile: Compile,
): Promise<LoadedProject> {
  const path = selection.kind === 'file' ? selection.path : undefined;
  let listed: readonly ListedPipeline[] | undefined;
  const list = async () => (listed ??= await listPipelines(tree, path));
  const own =
    selection.kind === 'file' ? [selection.path] : await chosenFiles(selection.name, await list(), tree);
  if (path === undefined && own.length === 0 && listed?.length === 0) await reportNoPipelines(tree, report);
  const drafts = new Map(await compile(own));
  let needed = neededNames(drafts);
  while (needed.length > 0) {
    const found = await compile(
      (await list()).filter(({ name }) => needed.includes(name)).map(({ file }) => file),
    );
    for (const [name, draft] of found) drafts.set(name, draft);
    // What is not there may be in a file that can't be read.
    if (needed.some((name) => !drafts.has(name))) {
      report.add((listed ?? []).flatMap(({ problems }) => problems));
      break;
    }
    needed = neededNames(drafts);
  }
  const names = new Map([
    ...(listed ?? []).map(({ name, tasks }) => [name, tasks] as const),
    ...taskNames(drafts),
  ]);
  // Of the others only the names are known, which is enough for suggestions.
  const all = new Map([...[...names.keys()].map((name) => [name, undefined] as const), ...drafts]);
  const pipelines = linkPipelines(all, report);
  const unread = (listed ?? []).flatMap(({ problems }) => problems);
  return { project, pipelines, names, unread, problems: inOrder(report.problems) };
}

function taskNames(drafts: Drafts): ReadonlyMap<string, readonly string[]> {
  return new Map([...drafts].map(([name, draft]) => [name, [...(draft?.tasks.keys() ?? [])]]));
}

interface ListedPipeline {
  readonly name: string;
  readonly tasks: readonly string[];
  readonly file: string;
  /** Why the file can't be read; its name is then only what it is called. */
  readonly problems: readonly Problem[];
}

/** The names of the pipelines there are, whatever else is wrong in their files. */
async function listPipelines(tree: Tree, without?: string): Promise<readonly ListedPipeline[]> {
  return listFiles(
    (await pipelineFiles(tree)).filter((file) => file !== without),
    tree,
  );
}

async function listFiles(files: readonly string[], tree: Tree): Promise<readonly ListedPipeline[]> {
  return Promise.all(
    files.map(async (file) => {
      const report = createProblemReport(tree.budget);
      const node = await parseFile(file, 'pipeline', tree, report);
      return node === undefined
        ? { name: nameOfFile(file), tasks: [], file, problems: report.problems }
        : {
            name: pipelineName(node),
            tasks: members(child(node, 'tasks')).map(([name]) => name),
            file,
            problems: [],
          };
    }),
  );
}

/** Where there is no folder of pipelines, a lone file has the name that the records of its store give it. */
async function chosenFiles(
  name: string | undefined,
  listed: readonly ListedPipeline[],
  tree: Tree,
): Promise<readonly string[]> {
  if (listed.length === 0) return (await loneFiles(tree)).filter((file) => nameOfFile(file) === name);
  const isChosen = (pipeline: ListedPipeline) =>
    name === undefined ? listed.length === 1 : pipeline.name === name;
  return listed.filter(isChosen).map(({ file }) => file);
}

/** The pipelines whose tasks are needed and that are not known yet. */
function neededNames(drafts: Drafts): readonly string[] {
  const written = [...drafts.values()].flatMap((draft) => (draft === undefined ? [] : needsOf(draft)));
  const names = written.flatMap((need) => (need.includes('/') ? need.slice(0, need.indexOf('/')) : []));
  return [...new Set(names)].filter((name) => !drafts.has(name));
}

function needsOf(draft: PipelineDraft): readonly string[] {
  return [...draft.tasks.values()].flatMap((task) =>
    task.merged.lists.needs.flatMap((node) => text(node) ?? text(child(node, 'task')) ?? []),
  );
}

/** The names of the pipelines there are, or of the one in a file; mistakes in them are no matter. */
export async function loadNames(source: SourceFiles, selection: Selection): Promise<readonly string[]> {
  const tree = createTree(source, createProblemReport());
  const files = selection.kind === 'file' ? [selection.path] : await pipelineFiles(tree);
  return (await listFiles(files, tree)).map(({ name }) => name);
}

/** What `sluice.yaml` says, for who looks after the store and reads no pipeline. */
export async function loadSettings(
  source: SourceFiles,
): Promise<Pick<LoadedProject, 'project' | 'problems'>> {
  const report = createProblemReport();
  const project = await compileProject(source.root, createTree(source, report), report);
  return { project, problems: inOrder(report.problems) };
}

async function pipelineFiles(tree: Tree): Promise<readonly string[]> {
  return (await tree.namesIn(FOLDER)).filter(isPipelineName).map((name) => `${FOLDER}/${name}`);
}

/** Of a project's root, unread. */
export async function loadLoneFiles(source: SourceFiles): Promise<readonly string[]> {
  return loneFiles(createTree(source, createProblemReport()));
}

async function loneFiles(tree: Tree): Promise<readonly string[]> {
  return (await tree.namesIn('')).filter((name) => isPipelineName(name) && name !== 'sluice.yaml');
}

function isPipelineName(name: string): boolean {
  return /\.ya?ml$/.test(name) && !name.startsWith('.');
}

/** Pipelines by name; a name that is taken already is reported and its file left aside. */
async function compileFiles(
  files: readonly string[],
  settings: Pick<Project, 'pools' | 'rebuild'>,
  tree: Tree,
  report: ProblemReport,
): Promise<Drafts> {
  const reusables = createReusables(tree, report);
  const drafts = new Map<string, PipelineDraft | undefined>();
  const places = new Map<string, Place>();
  for (const file of files) {
    const node = await parseFile(file, 'pipeline', tree, report);
    const name = node === undefined ? nameOfFile(file) : pipelineName(node);
    const place =
      node === undefined ? { file, line: 1, column: 1, length: 1, source: '' } : placeOfName(node);
    const draft =
      node === undefined ? undefined : await compilePipeline(node, settings, reusables, tree, report);
    if (node !== undefined) checkName(name, place, report);
    const taken = places.get(name);
    if (taken !== undefined) {
      report.error(
        place,
        'name-taken',
        `the pipeline \`${name}\` is in ${taken.file} already (line ${taken.line})`,
        {
          fix: `Give one of them another \`name:\`. Without it, a pipeline is named like its file.`,
        },
      );
      continue;
    }
    drafts.set(name, draft);
    places.set(name, place);
  }
  return drafts;
}

function placeOfName(node: Node): Place {
  return placeOf(child(node, 'name') ?? { ...node, path: [] }, 'value');
}

function checkName(name: string, place: Place, report: ProblemReport): void {
  if (pipelineNameFormat.pattern.test(name)) return;
  const mended = pipelineNameFormat.mend?.(name);
  report.error(
    place,
    'name-invalid',
    `a pipeline is named like its file, and ${name} is not ${pipelineNameFormat.words}`,
    {
      fix: mended === undefined ? 'Write `name:`.' : `Write \`name: ${mended}\`, or rename the file.`,
    },
  );
}

async function reportNoPipelines(tree: Tree, report: ProblemReport): Promise<void> {
  const files = (await loneFiles(tree)).map((name) => `\`./${name}\``);
  report.error(
    { file: FOLDER, whole: true },
    'no-pipelines',
    'there is no pipeline here: expected .yaml files in pipelines/',
    {
      fix:
        files.length === 0
          ? '`sluice init` writes a small one; or name a file by its path, such as `./pipeline.yaml`.'
          : `Name a file by its path: ${files.slice(0, NAMED).join(', ')}${files.length > NAMED ? ', …' : ''}.`,
    },
  );
}

const NAMED = 5;

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (a, b) =>
      compare(a.file ?? '', b.file ?? '') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

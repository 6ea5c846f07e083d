import type { Pipeline, Project } from '../model/pipeline.ts';
import type { Problem } from '../model/problem.ts';
import type { Drafts, PipelineDraft } from './compile/drafts.ts';
import { linkPipelines } from './compile/needs/link.ts';
import { child, text } from './compile/node.ts';
import type { Node, Place } from './compile/node.ts';
import { parseFile } from './compile/parse.ts';
import { compilePipeline, nameOfFile, pipelineName } from './compile/pipeline.ts';
import { compileProject } from './compile/project.ts';
import { createReport, placeOf } from './compile/report.ts';
import type { Report } from './compile/report.ts';
import { createReusables } from './compile/reusable.ts';
import { createTree } from './compile/tree.ts';
import type { Tree } from './compile/tree.ts';
import { pipelineName as pipelineNameFormat } from './schema/format.ts';
import type { Selection, SourceFiles } from './source.ts';

/** What a project's files say, and everything that is wrong in them. */
export interface LoadedProject {
  readonly project: Project;
  /** By name, in the order of their files. With errors among `problems`, not fit to be run. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  /** By file and line; errors and warnings. */
  readonly problems: readonly Problem[];
}

const FOLDER = 'pipelines';

/**
 * Reads `sluice.yaml`, the pipelines and what they name (reusable tasks, calendars, Dockerfiles, `files`), and
 * compiles them. Never throws for what is in a file.
 *
 * A lone file's own mistakes are told, and those of what it uses. The other pipelines of the project are read only
 * for the tasks that it needs of them.
 *
 * @example
 * const { pipelines, problems } = await loadProject(folderSource('/work/scores'), { kind: 'all' });
 */
export async function loadProject(source: SourceFiles, selection: Selection): Promise<LoadedProject> {
  const report = createReport();
  const tree = createTree(source, report);
  const project = await compileProject(source.root, tree, report);
  const compile = (files: readonly string[], to: Report) => compileFiles(files, project, tree, to);
  if (selection.kind === 'all') {
    const files = await pipelineFiles(tree);
    if (files.length === 0) reportNoPipelines(report);
    const drafts = await compile(files, report);
    return { project, pipelines: linkPipelines(drafts, report), problems: inOrder(report.problems) };
  }
  const own = await compile([selection.path], report);
  if (![...own.values()].some((draft) => draft !== undefined && needsOthers(draft))) {
    return { project, pipelines: linkPipelines(own, report), problems: inOrder(report.problems) };
  }
  const others = (await pipelineFiles(tree)).filter((file) => file !== selection.path);
  const drafts = new Map([...(await compile(others, createReport())), ...own]);
  const pipelines = linkPipelines(drafts, report);
  const problems = report.problems.filter((problem) => !others.includes(problem.file ?? ''));
  return { project, pipelines, problems: inOrder(problems) };
}

/** What `sluice.yaml` says, for who looks after the store and reads no pipeline. */
export async function loadSettings(source: SourceFiles): Promise<Omit<LoadedProject, 'pipelines'>> {
  const report = createReport();
  const project = await compileProject(source.root, createTree(source, report), report);
  return { project, problems: inOrder(report.problems) };
}

async function pipelineFiles(tree: Tree): Promise<readonly string[]> {
  const names = await tree.namesIn(FOLDER);
  return names
    .filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'))
    .map((name) => `${FOLDER}/${name}`);
}

/** Pipelines by name; a name that is taken already is reported and its file left aside. */
async function compileFiles(
  files: readonly string[],
  settings: Pick<Project, 'pools' | 'rebuild'>,
  tree: Tree,
  report: Report,
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

function checkName(name: string, place: Place, report: Report): void {
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

function needsOthers(draft: PipelineDraft): boolean {
  return [...draft.tasks.values()].some((task) =>
    task.merged.lists.needs.some((node) => (text(node) ?? text(child(node, 'task')))?.includes('/') === true),
  );
}

function reportNoPipelines(report: Report): void {
  report.error(
    { file: FOLDER, whole: true },
    'no-pipelines',
    'there is no pipeline here: expected .yaml files in pipelines/',
    {
      fix: '`sluice init` writes a small one; or name a file: sluice check ./pipeline.yaml.',
    },
  );
}

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

import { posix } from 'node:path';
import type { Pipeline, Project } from '../../model/pipeline.ts';
import { DEFAULTS } from '../schema/defaults.ts';
import { compileCalendars } from './time/calendars.ts';
import type { PipelineDraft } from './drafts.ts';
import { mergeTask } from './merge.ts';
import type { MergedTask, TaskExtent } from './merge.ts';
import { child, members, text } from './source/node.ts';
import type { Node } from './source/node.ts';
import { compileParams } from './params.ts';
import { compileRebuild } from './rebuild.ts';
import { placeOf } from './source/problem-report.ts';
import type { ProblemReport } from './source/problem-report.ts';
import { compileInputs, resolveUses } from './reusable.ts';
import type { Reusables } from './reusable.ts';
import { compileSchedules } from './time/schedules.ts';
import { compileTask } from './task/task.ts';
import type { TaskDraft } from './task/task.ts';
import type { Tree } from './source/tree.ts';
import { warnOfPipelineKeys } from './unbuilt.ts';

/** One pipeline file but for its needs, which are bound when all pipelines are known; undefined: told as too large. */
export async function compilePipeline(
  node: Node,
  { pools, rebuild: projectRebuild }: Pick<Project, 'pools' | 'rebuild'>,
  reusables: Reusables,
  tree: Tree,
  report: ProblemReport,
): Promise<PipelineDraft | undefined> {
  const { file } = node.document;
  const calendars = await compileCalendars(child(node, 'calendars'), tree, report);
  const params = compileParams(child(node, 'params'), calendars, report);
  const defaults = child(node, 'defaults');
  warnOfPipelineKeys(node, report);
  const layers = { defaults, env: child(node, 'env') };
  const tasks = new Map<string, TaskDraft>();
  const entries = members(child(node, 'tasks'));
  let settings = 0;
  for (const [index, [name, entry]] of entries.entries()) {
    report.budget.begin(`the task ${name} of ${file} was read`);
    report.budget.check();
    const reusable = await resolveUses(entry, defaults, reusables, tree, report);
    const merged = mergeTask(name, entry, extentOf(entry, entries[index + 1]?.[1]), reusable, layers);
    settings += settingsOf(merged) + Object.keys(params).length;
    if (settings > MAX_SETTINGS) {
      const message = `with \`defaults\`, \`env\` and \`params\` the tasks hold more than ${MAX_SETTINGS.toLocaleString('en-US')} variables, files, needs, outputs and params`;
      report.error(entry, 'pipeline-too-large', message, { fix: TOO_LARGE_FIX, at: 'key' });
      return undefined;
    }
    const inputs = compileInputs(
      reusable,
      merged.keys.get('uses'),
      child(entry, 'with') ?? child(defaults, 'with'),
      report,
    );
    tasks.set(name, await compileTask(merged, inputs, { params, calendars, pools }, tree, report));
  }
  const timed = new Map(
    [...tasks].map(([name, draft]) => [name, { timed: draft.unclear || draft.task.timeKey !== undefined }]),
  );
  const rebuild = compileRebuild(child(node, 'rebuild')) ?? projectRebuild;
  const pipeline: Pipeline = {
    name: pipelineName(node),
    file,
    ...describe(node),
    timezone: text(child(node, 'timezone')) ?? DEFAULTS.timezone,
    schedules: compileSchedules(child(child(node, 'on'), 'schedule'), timed, report),
    ...(rebuild === undefined ? {} : { rebuild }),
    calendars,
    params,
    tasks: {},
  };
  return { pipeline, node, tasks };
}

/** What all tasks take from `defaults` is held once for each of them. */
const MAX_SETTINGS = 500_000;
const TOO_LARGE_FIX = 'Write them in the tasks that need them, or split the pipeline.';

function settingsOf({ env, lists }: MergedTask): number {
  return env.size + Object.values(lists).reduce((sum, nodes) => sum + nodes.length, 0);
}

function extentOf(task: Node, next: Node | undefined): TaskExtent {
  const { file, line } = placeOf(task, 'key');
  const end = next === undefined ? Number.POSITIVE_INFINITY : placeOf(next, 'key').line;
  return { file, from: line, to: Math.max(end, line + 1) };
}

/** `name`, else the file's basename. */
export function pipelineName(node: Node): string {
  return text(child(node, 'name')) ?? nameOfFile(node.document.file);
}

export function nameOfFile(file: string): string {
  return posix.basename(file).replace(/\.ya?ml$/, '');
}

function describe(node: Node): Pick<Pipeline, 'description' | 'owner' | 'runbook'> {
  const description = text(child(node, 'description'));
  const owner = text(child(node, 'owner'));
  const runbook = text(child(node, 'runbook'));
  return {
    ...(description === undefined ? {} : { description }),
    ...(owner === undefined ? {} : { owner }),
    ...(runbook === undefined ? {} : { runbook }),
  };
}

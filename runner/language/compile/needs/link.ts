import type { Pipeline, Task } from '../../../model/pipeline.ts';
import { checkCycles } from './cycles.ts';
import type { GraphTask } from './cycles.ts';
import type { Drafts, LocatedNeed, PipelineDraft } from '../drafts.ts';
import { compileAfter } from './hook-needs.ts';
import { compileNeeds } from './needs.ts';
import { checkPublications } from '../publish/publications.ts';
import type { Publisher } from '../publish/publications.ts';
import { warnOfAbsent } from '../task/mentioned-inside.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import type { TaskDraft } from '../task/task.ts';
import { checkTemplates } from '../templates.ts';
import { setOwn } from '../../../model/own.ts';

/** Binds what tasks say of each other, and checks what holds between tasks and pipelines. */
export function linkPipelines(drafts: Drafts, report: ProblemReport): ReadonlyMap<string, Pipeline> {
  const pipelines = new Map<string, Pipeline>();
  const graph: GraphTask[] = [];
  const publishers: Publisher[] = [];
  for (const [name, own] of drafts) {
    if (own === undefined) continue;
    const tasks: Record<string, Task> = {};
    for (const draft of own.tasks.values()) {
      report.budget.begin(`the needs and expressions of ${name}/${draft.task.name} were looked at`);
      report.budget.check();
      const linked = linkTask(draft, own, drafts, report);
      setOwn(tasks, draft.task.name, linked.task);
      graph.push({
        id: `${name}/${draft.task.name}`,
        end: { draft, called: draft.task.name, params: own.pipeline.params },
        needs: linked.needs,
      });
      publishers.push({ pipeline: name, params: own.pipeline.params, draft });
    }
    pipelines.set(name, { ...own.pipeline, tasks });
  }
  report.budget.begin('needs were searched for circles');
  checkCycles(graph, report);
  report.budget.begin('published paths were compared');
  checkPublications(publishers, report);
  return pipelines;
}

function linkTask(
  draft: TaskDraft,
  own: PipelineDraft,
  drafts: Drafts,
  report: ProblemReport,
): { readonly task: Task; readonly needs: readonly LocatedNeed[] } {
  if (draft.task.kind === 'hook') {
    const after = compileAfter(draft, own, report);
    checkTemplates(draft, [], own, drafts, report);
    warnOfAbsent(draft, [], report);
    return { task: { ...draft.task, after }, needs: [] };
  }
  const needs = compileNeeds(draft, own, drafts, report);
  checkTemplates(draft, needs, own, drafts, report);
  warnOfAbsent(draft, needs, report);
  return { task: { ...draft.task, needs: needs.map(({ rule }) => rule) }, needs };
}

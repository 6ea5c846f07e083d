import type { NeedRule } from '../../../model/pipeline.ts';
import type { Drafts, LocatedNeed, PipelineDraft, TaskEnd } from '../drafts.ts';
import { bindKeys } from './need-keys.ts';
import { checkAtLeast } from './need-reach.ts';
import { bindTime } from './need-time.ts';
import { boolean, child, number, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import { placeOf } from '../source/problem-report.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import type { TaskDraft } from '../task/task.ts';
import { suggest } from '../source/words.ts';

/** Every need of a task as a rule; `bindTime` and `bindKeys` say which instances it means. */
export function compileNeeds(
  draft: TaskDraft,
  own: PipelineDraft,
  drafts: Drafts,
  report: ProblemReport,
): readonly LocatedNeed[] {
  const found = draft.merged.lists.needs.flatMap((node) => {
    report.budget.check();
    return compileNeed(draft, node, own, drafts, report) ?? [];
  });
  const kept: LocatedNeed[] = [];
  /** By each folder that it lies in, and by its own. */
  const folders = new Map<string, LocatedNeed>();
  const named = new Map<string, LocatedNeed>();
  for (const need of found) {
    const above = foldersOf(need.rule.name);
    const other =
      folders.get(need.rule.name) ??
      above.map((folder) => named.get(folder)).find((each) => each !== undefined);
    if (other === undefined) {
      kept.push(need);
      named.set(need.rule.name, need);
      for (const folder of above) folders.set(folder, need);
    } else {
      const clash =
        other.rule.name === need.rule.name
          ? `two needs would both be laid into /inputs/${need.rule.name}`
          : `/inputs/${need.rule.name} and /inputs/${other.rule.name} would lie inside each other`;
      report.error(need.node, 'need-duplicate', clash, {
        fix: `Name one of them: { task: ${taskText(need.rule)}, as: … }.`,
      });
    }
  }
  return kept;
}

/** `a/b` → `a`, `a/b` */
function foldersOf(name: string): readonly string[] {
  const parts = name.split('/');
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

function compileNeed(
  draft: TaskDraft,
  node: Node,
  own: PipelineDraft,
  drafts: Drafts,
  report: ProblemReport,
): LocatedNeed | undefined {
  const written = text(node) ?? text(child(node, 'task'));
  if (written === undefined) return undefined;
  const at = child(node, 'task') ?? node;
  const target = findTarget(at, written, own, drafts, report);
  if (target === undefined) return undefined;
  const { end, pipeline, task } = target;
  if (end.draft.task.kind === 'hook') {
    report.error(at, 'need-of-hook', `\`${task}\` is a hook: it commits nothing that could be needed`, {
      fix: 'Remove this need, or the status function from the `if` of the other.',
    });
    return undefined;
  }
  if (draft.unclear || end.draft.unclear) return undefined;
  const needer: TaskEnd = { draft, called: draft.task.name, params: own.pipeline.params };
  const select = bindTime(node, needer, end, report);
  const keys = bindKeys(node, needer, end, report);
  if (select === undefined || keys === undefined) return undefined;
  checkAtLeast(node, select, end.draft.task.matrix?.kind === 'dynamic', report);
  const foreign = pipeline !== own.pipeline.name;
  const atLeast = number(child(node, 'at-least'));
  const { file, line, column } = placeOf(node);
  return {
    node,
    rule: {
      name: text(child(node, 'as')) ?? (foreign ? `${pipeline}/${task}` : task),
      target: { pipeline, task },
      foreign,
      select,
      ...keys,
      optional: boolean(child(node, 'optional')) ?? false,
      ...(atLeast === undefined ? {} : { atLeast }),
      mode: text(child(node, 'mode')) === 'uri' ? 'uri' : 'files',
      position: { file, line, column },
    },
  };
}

interface Target {
  readonly end: TaskEnd;
  readonly pipeline: string;
  readonly task: string;
}

/** The task that a need names; reported where there is none. */
export function findTarget(
  at: Node,
  written: string,
  own: PipelineDraft,
  drafts: Drafts,
  report: ProblemReport,
): Target | undefined {
  const [first = '', second] = written.split('/');
  const pipeline = second === undefined ? own.pipeline.name : first;
  const task = second ?? first;
  const there = pipeline === own.pipeline.name ? own : drafts.get(pipeline);
  if (there === undefined) {
    if (!drafts.has(pipeline)) {
      report.error(at, 'need-unknown', `there is no pipeline \`${pipeline}\``, {
        fix: suggest(
          pipeline,
          [...drafts.keys()].filter((name) => name !== own.pipeline.name),
          'This is the only pipeline of the project.',
        ),
      });
    }
    return undefined;
  }
  const draft = there.tasks.get(task);
  if (draft === undefined) {
    const where = there === own ? 'this pipeline' : `pipeline \`${pipeline}\``;
    report.error(at, 'need-unknown', `${where} has no task \`${task}\``, {
      fix: suggest(task, [...there.tasks.keys()], 'Tasks stand under `tasks:`.'),
    });
    return undefined;
  }
  const called = there === own ? task : written;
  return { end: { draft, called, params: there.pipeline.params }, pipeline, task };
}

export function taskText(rule: NeedRule): string {
  return rule.foreign ? `${rule.target.pipeline}/${rule.target.task}` : rule.target.task;
}

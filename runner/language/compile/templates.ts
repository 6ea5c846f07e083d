import { checkCondition, checkTemplate } from '../expression/check.ts';
import type { Known } from '../expression/known.ts';
import { valuesOf } from '../expression/known.ts';
import type { Shape } from '../schema/shape/shape.ts';
import { taskKeys } from '../schema/task/task.ts';
import type { Drafts, LocatedNeed, PipelineDraft } from './drafts.ts';
import type { Node } from './source/node.ts';
import { isSingle } from '../../model/pipeline.ts';
import { declaredValues } from './task/outputs.ts';
import type { ProblemReport } from './source/problem-report.ts';
import type { TaskDraft } from './task/task.ts';
import { templateSites } from './template-sites.ts';
import type { TemplateSite } from './template-sites.ts';

/** Every `${{ }}` of a task, in whichever file it is written, against what that task can read. */
export function checkTemplates(
  draft: TaskDraft,
  needs: readonly LocatedNeed[],
  own: PipelineDraft,
  drafts: Drafts,
  report: ProblemReport,
): void {
  const known: Readonly<Record<string, Known>> = {
    params: knownParams(draft, own),
    matrix: valuesOf('matrix key', matrixNames(draft)),
    inputs: valuesOf('input', Object.keys(draft.task.inputs)),
    needs: draft.task.kind === 'hook' ? NOT_IN_HOOKS : knownNeeds(needs, own, drafts),
  };
  for (const site of sitesOf(draft)) {
    report.budget.check();
    checkSite(site, known, report);
  }
}

const JOINED: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['outputs', taskKeys.outputs.shape.item],
  ['needs', taskKeys.needs.shape.options[1].item],
]);

function sitesOf({ merged }: TaskDraft): readonly TemplateSite[] {
  const parts: readonly (readonly [string, Node])[] = [
    ...merged.keys,
    ...Object.entries(merged.lists).flatMap(([key, nodes]) => nodes.map((node) => [key, node] as const)),
  ];
  const shapes = new Map(Object.entries(taskKeys).map(([key, { shape }]) => [key, shape]));
  const sites = parts.flatMap(([key, node]) => {
    const shape = shapes.get(key);
    if (shape === undefined) return [];
    // The joined lists come item by item.
    return templateSites(node, JOINED.get(key) ?? shape);
  });
  const env = taskKeys.env.shape.rest.shape;
  return [...sites, ...[...merged.env.values()].flatMap((node) => templateSites(node, env))];
}

function checkSite(site: TemplateSite, known: Readonly<Record<string, Known>>, report: ProblemReport): void {
  const contexts = Object.fromEntries(
    Object.entries(known).filter(([name]) => site.contexts.some((each) => each === name)),
  );
  const checked = site.condition
    ? checkCondition(site.text, { contexts, statusFunctions: true })
    : checkTemplate(site.text, { contexts, statusFunctions: false });
  const { document, path } = site.node;
  report.add(
    checked.problems.map(({ offset, length, ...problem }) => ({
      ...problem,
      ...document.positionInside(path, offset, length),
    })),
  );
}

function knownParams(draft: TaskDraft, own: PipelineDraft): Known {
  const seen = new Set(draft.task.params);
  const members = Object.keys(own.pipeline.params).map((name): [string, Known] => {
    if (seen.has(name)) return [name, { kind: 'value' }];
    const message = `task \`${draft.task.name}\` does not see the param \`${name}\``;
    const fix =
      draft.task.kind === 'hook'
        ? 'A hook runs once per run and sees settings only.'
        : `Add \`${name}\` to its \`params\`.`;
    return [name, { kind: 'refused', message, fix }];
  });
  return { kind: 'object', called: 'param', members: Object.fromEntries(members) };
}

function matrixNames(draft: TaskDraft): readonly string[] {
  const { matrix } = draft.task;
  if (matrix?.kind !== 'static') return matrix?.keys ?? [];
  return [...new Set(matrix.legs.flatMap((leg) => Object.keys(leg)))];
}

const NOT_IN_HOOKS: Known = {
  kind: 'refused',
  message: 'the needs of a hook only order it: nothing of them can be read',
  fix: 'What happened is in the file that $SLUICE_RUN names.',
};

/** A need that failed, or that is not there, blocks its needer before anything is read. */
const RESULT: Known = {
  kind: 'value',
  values: {
    texts: ['success', 'skipped'],
    fix: 'A task whose need failed does not start. What is to run then is a hook: if: failure().',
  },
};

function knownNeeds(needs: readonly LocatedNeed[], own: PipelineDraft, drafts: Drafts): Known {
  const members = needs.map(({ rule }): [string, Known] => {
    const { pipeline, task } = rule.target;
    const there = rule.foreign ? drafts.get(pipeline) : own;
    const values = declaredValues(there?.tasks.get(task)?.task.outputs ?? []);
    const outputs: Known = isSingle(rule)
      ? valuesOf('declared value', values)
      : {
          kind: 'refused',
          message: `\`${rule.name}\` can be several instances here, each with its own outputs`,
          fix: `Read their files below /inputs/${rule.name}/, or let one task collect the values first.`,
        };
    const parts: Readonly<Record<string, Known>> = { result: RESULT, outputs };
    return [rule.name, { kind: 'object', called: 'member', members: parts }];
  });
  return { kind: 'object', called: 'need', members: Object.fromEntries(members) };
}

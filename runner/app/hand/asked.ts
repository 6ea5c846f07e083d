import { usageError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Dependents } from '../../model/hand.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { Pipeline, Project, Task } from '../../model/pipeline.ts';
import type { Knowledge, PlannedInstance } from '../../model/plan.ts';
import { own } from '../../model/own.ts';
import type { AppOptions, AskedPipeline } from '../asked-pipeline.ts';
import { readOwners, refuseOthers, type Ownership } from '../owners.ts';
import { scopeAsked, type ScopeAsked } from '../planned.ts';
import type { RangeOptions } from '../range.ts';

/** The instances that a person means, what stands in the store of them, and what reads them. */
export interface AskedByHand extends ScopeAsked {
  readonly asked: AskedPipeline;
  readonly ledger: Ledger;
  readonly ownership: Ownership;
  readonly instances: readonly PlannedInstance[];
  /** Direct and indirect ones, up to the newest that is due. */
  readonly dependents: readonly InstanceId[];
  readonly knowledge: Knowledge;
}

export interface HandRange extends RangeOptions {
  /** How the project's ledger is opened. */
  readonly ledger: (project: Project, options: AppOptions) => Promise<Ledger>;
}

/**
 * As a plan finds them. Which partitions has to be said: the newest by default is for what only adds.
 *
 * @throws ProblemsError for what is wrong in the words, and for a pipeline that is another project's.
 */
export async function askByHand(
  asked: AskedPipeline,
  { ledger: open, ...range }: HandRange,
  { mustSayWhich = true } = {},
): Promise<AskedByHand> {
  if (mustSayWhich) refuseVague(asked, range);
  const scoped = await scopeAsked(asked, { ...range, downstream: true });
  const { pipelines, scope, now } = scoped;
  const ledger = await open(asked.opened.project, asked.options);
  const concerned = new Set([asked.pipeline.name, ...scope.ranges.map(({ pipeline }) => pipeline)]);
  const [knowledge, ownership, { makePlan }] = await Promise.all([
    ledger.readKnowledge(scope.ranges, { contents: false }),
    readOwners(ledger, asked.opened.project, concerned),
    import('../../plan/plan.ts'),
  ]);
  refuseOthers({ asked, ledger, ownership }, false);
  const meant = new Set(scope.instances.filter((one) => one.asked && !one.table.foreign).map(({ id }) => id));
  const plan = makePlan(pipelines, scope, knowledge, now);
  return {
    ...scoped,
    asked,
    ledger,
    ownership,
    knowledge,
    instances: plan.instances.filter(({ id }) => meant.has(id)),
    dependents: scope.instances.filter(({ downstream }) => downstream).map(({ id }) => id),
  };
}

function refuseVague({ pipeline, target }: AskedPipeline, { from, to, last }: RangeOptions): void {
  if (target.tasks.length === 0) {
    const names = Object.keys(pipeline.tasks).join(', ');
    throw usageError('no-task', `expected a task after ${pipeline.name}`, `it has ${names}`);
  }
  const timed = target.tasks
    .flatMap((name) => own(pipeline.tasks, name) ?? [])
    .find(({ timeKey }) => timeKey);
  if (timed === undefined || [from, to, last].some((one) => one !== undefined)) return;
  const said = [...Object.keys(target.params), ...Object.keys(target.keys)];
  if (said.includes('date') || said.some((name) => own(pipeline.params, name)?.kind === 'time')) return;
  throw usageError(
    'no-date',
    `expected which partitions of ${timed.name} are meant`,
    'give --date 2021-01-29, or --date a..b, or the instance as it is written',
  );
}

/** The task of an instance that a person may decide on: one of which something is stored. */
export function storedTask(
  pipelines: ReadonlyMap<string, Pipeline>,
  { pipeline, task: name }: Pick<PlannedInstance, 'pipeline' | 'task'>,
): { readonly pipeline: Pipeline; readonly task: Task } {
  const owner = pipelines.get(pipeline);
  const task = own(owner?.tasks, name);
  if (owner === undefined || task === undefined || task.kind === 'wrapper' || task.kind === 'hook')
    throw usageError(
      'nothing-stored',
      `nothing of ${pipeline}/${name} is ever stored: it ${task?.kind === 'hook' ? 'is a hook' : 'only waits for what it needs'}`,
      'name the tasks that it needs',
    );
  return { pipeline: owner, task };
}

/** By task, in the file's order. */
export function countDependents({ dependents, knowledge }: AskedByHand): readonly Dependents[] {
  const counts = new Map<string, { instances: number; committed: number }>();
  for (const id of dependents) {
    const [, task = ''] = id.split('/', 2);
    const count = counts.get(task) ?? { instances: 0, committed: 0 };
    count.instances += 1;
    if (knowledge.manifests.has(id) && knowledge.exceptions.get(id)?.outcome !== 'void') count.committed += 1;
    counts.set(task, count);
  }
  return [...counts].map(([task, count]) => ({ task, ...count }));
}

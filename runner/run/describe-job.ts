import type { Job } from '../model/job.ts';
import type { Task } from '../model/pipeline.ts';
import type { InstanceId } from '../model/partition.ts';
import type { PlannedInstance } from '../model/plan.ts';
import { hookExtras } from './attempt/hook.ts';
import { NO_UPSTREAM, recipeFor, type Recipe } from './attempt/recipe.ts';
import { readUpstream, type ReadNeed } from './attempt/upstream.ts';
import type { Subject } from './attempt/work.ts';
import type { RunStatus } from './expressions.ts';
import { own } from '../model/own.ts';

export type DescribedJob =
  | { readonly kind: 'job'; readonly job: Job }
  /** In words: what it needs is not there, or an expression fails. */
  | { readonly kind: 'none'; readonly reason: string };

/** The job that a run would hand to the engine for this instance now; nothing is claimed or run. */
export async function describeJob(
  planned: PlannedInstance,
  attempt: string,
  environment: Subject['environment'],
): Promise<DescribedJob> {
  const task = own(environment.pipelines.get(planned.pipeline)?.tasks, planned.task);
  if (task === undefined)
    return { kind: 'none', reason: `there is no task ${planned.pipeline}/${planned.task}` };
  const nothing = nothingToRepeat(task);
  if (nothing !== undefined) return { kind: 'none', reason: nothing };
  const absent = await absentMembers(planned, environment);
  const subject: Subject = { planned, task, attempt, absent, environment };
  const read = await readUpstream(subject);
  if (read.kind === 'absent') return { kind: 'none', reason: noResultYet(read.member) };
  if (read.kind === 'broken') return { kind: 'none', reason: read.cause.message };
  if (read.kind === 'blocked') return { kind: 'none', reason: `it is blocked ${read.reason}` };
  const few = read.upstream.needs.find(isTooFew);
  if (few !== undefined) return { kind: 'none', reason: tooFew(planned, few) };
  return described(recipeFor(subject, read.upstream));
}

function nothingToRepeat({ name, kind }: Task): string | undefined {
  switch (kind) {
    case 'container':
      return undefined;
    case 'hook':
      return `${name} is a hook: it is repeated by its name alone`;
    case 'wrapper':
      return `${name} only waits for what it needs, and runs no container`;
    case 'external':
      return `${name} is made elsewhere, and a run only looks whether it is there: no container of it is ever run`;
  }
}

function noResultYet(member: InstanceId): string {
  return `${member} has no result yet: sluice run ${member}`;
}

function isTooFew({ need, present }: ReadNeed): boolean {
  return !need.optional && need.atLeastWritten && present.length < need.atLeast;
}

function tooFew({ id }: PlannedInstance, { need, present }: ReadNeed): string {
  return `it needs at least ${need.atLeast} of the ${need.members.length} results of ${need.name}, and has ${present.length}: sluice run ${id}`;
}

/** The same of a hook, with the run that it is to follow. */
export function describeHook(
  planned: PlannedInstance,
  task: Task,
  attempt: string,
  environment: Subject['environment'],
  after: { readonly status: RunStatus; readonly runJson: string },
): DescribedJob {
  const subject: Subject = { planned, task, attempt, absent: [], environment };
  return described(recipeFor(subject, NO_UPSTREAM, hookExtras(after.status, after.runJson)));
}

function described(recipe: Recipe): DescribedJob {
  switch (recipe.kind) {
    case 'job':
      return { kind: 'job', job: recipe.job };
    case 'skip':
      return { kind: 'none', reason: `a run skips it: ${recipe.reason}` };
    case 'blocked':
      return { kind: 'none', reason: recipe.reason };
    case 'broken':
      return { kind: 'none', reason: recipe.cause.message };
  }
}

/** What it could do without and is not there now. */
async function absentMembers(
  planned: PlannedInstance,
  { ledger }: Subject['environment'],
): Promise<Subject['absent']> {
  const absent: { need: string; instance: string; state: 'missing' }[] = [];
  for (const need of planned.needs) {
    const spare = need.members.length - need.atLeast;
    if (!need.optional && spare <= 0) continue;
    for (const member of need.members) {
      const found = await ledger.readManifest(member);
      if (found?.manifest.outcome !== 'succeeded')
        absent.push({ need: need.name, instance: member, state: 'missing' });
    }
  }
  return absent;
}

import { ProblemsError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { parseInstanceId, type InstanceId } from '../../model/partition.ts';
import { own } from '../../model/own.ts';
import type { Pipeline, Task } from '../../model/pipeline.ts';
import type { PlanRequest } from '../../model/plan.ts';
import { mayExist, timeKeyOf } from '../../plan/scope/time-keys.ts';

/** Something on record of an instance that its pipeline has no more: nothing runs it again, so nothing closes it. */
export interface Retired {
  readonly instance: InstanceId;
  readonly kind: 'failure' | 'wait';
  /** What is gone, in words. */
  readonly reason: string;
  /** That takes it off the record. */
  readonly command: string;
}

interface OnRecord {
  readonly instance: InstanceId;
}

/** What is still to be done, and what nobody can do any more. */
export interface Sorted<Failure extends OnRecord, Wait extends OnRecord> {
  readonly failures: readonly Failure[];
  readonly waits: readonly Wait[];
  readonly retired: readonly Retired[];
}

/**
 * Tells open failures and waits of retired instances apart from the others. What is not known, because a file is broken
 * or a list is not made, counts as open; so does what another project has run.
 */
export async function sortRetired<Failure extends OnRecord, Wait extends OnRecord>(
  ledger: Ledger,
  pipelines: readonly Pipeline[],
  open: { readonly failures: readonly Failure[]; readonly waits: readonly Wait[] },
  nowMs: number,
  isOurs: (pipeline: string) => boolean = () => true,
): Promise<Sorted<Failure, Wait>> {
  const reasons = new Map<InstanceId, string>();
  const ids = [...new Set([...open.failures, ...open.waits].map(({ instance }) => instance))];
  for (const pipeline of pipelines) {
    if (!isOurs(pipeline.name)) continue;
    const concerned = ids.filter((id) => id.startsWith(`${pipeline.name}/`));
    if (concerned.length === 0) continue;
    for (const [id, reason] of await retiredOf(ledger, pipelines, pipeline, concerned, nowMs))
      reasons.set(id, reason);
  }
  const isOpen = ({ instance }: OnRecord): boolean => !reasons.has(instance);
  const retired = (kind: Retired['kind'], records: readonly OnRecord[]): readonly Retired[] =>
    records.flatMap(({ instance }) => {
      const reason = reasons.get(instance);
      return reason === undefined ? [] : [{ instance, kind, reason, command: `sluice clear ${instance}` }];
    });
  return {
    failures: open.failures.filter(isOpen),
    waits: open.waits.filter(isOpen),
    retired: [...retired('failure', open.failures), ...retired('wait', open.waits)],
  };
}

async function retiredOf(
  ledger: Ledger,
  pipelines: readonly Pipeline[],
  pipeline: Pipeline,
  ids: readonly InstanceId[],
  nowMs: number,
): Promise<ReadonlyMap<InstanceId, string>> {
  const retired = new Map<InstanceId, string>();
  const planned: InstanceId[] = [];
  for (const id of ids) {
    const reason = goneByName(pipeline, id);
    if (reason !== undefined) retired.set(id, reason);
    else if (isReadable(pipeline, id)) planned.push(id);
  }
  const there =
    planned.length === 0 ? undefined : await stillThere(ledger, pipelines, pipeline, planned, nowMs);
  if (there === undefined) return retired;
  for (const id of planned) if (!there.has(id)) retired.set(id, goneByPlan(pipeline, id));
  return retired;
}

/** Without any plan: undefined where that tells nothing. */
function goneByName(pipeline: Pipeline, id: InstanceId): string | undefined {
  const { task: name, keys } = parseInstanceId(id);
  const task = own(pipeline.tasks, name);
  if (task === undefined) return `its task is no more in pipeline ${pipeline.name}`;
  if (keys.map((key) => key.name).join('/') !== task.keys.join('/')) return 'its task has other keys now';
  const time = task.timeKey === undefined ? undefined : timeKeyOf(pipeline, task.timeKey);
  const value = keys.find((key) => key.name === time?.name)?.value;
  if (time === undefined || value === undefined || mayExist(time, value)) return undefined;
  return 'its date has no partition any more, by its calendar or start';
}

/** A hook is in no request, and a value that is hashed can't be read back. */
function isReadable(pipeline: Pipeline, id: InstanceId): boolean {
  const { task, keys } = parseInstanceId(id);
  return own(pipeline.tasks, task)?.kind !== 'hook' && keys.every(({ hashed }) => hashed !== true);
}

function goneByPlan(pipeline: Pipeline, id: InstanceId): string {
  const task: Task | undefined = own(pipeline.tasks, parseInstanceId(id).task);
  return task?.matrix === undefined
    ? 'it is no instance of its task any more'
    : 'its leg is no more in its matrix';
}

/** Those that are planned when asked for by name, with the legs of lists that are made; undefined: it can't be told. */
async function stillThere(
  ledger: Ledger,
  pipelines: readonly Pipeline[],
  { name }: Pipeline,
  instances: readonly InstanceId[],
  nowMs: number,
): Promise<ReadonlySet<InstanceId> | undefined> {
  const [{ scopeOf }, { planWithLegs }] = await Promise.all([
    import('../../plan/scope/scope.ts'),
    import('../legs.ts'),
  ]);
  const byName = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
  const now = new Date(nowMs).toISOString();
  const request: PlanRequest = {
    pipeline: name,
    tasks: [],
    range: { kind: 'latest' },
    params: {},
    times: {},
    rebuild: { missing: true, failed: true, stale: false, all: false },
    downstream: false,
    instances,
  };
  try {
    const { plan } = await planWithLegs(
      {
        pipelines: byName,
        request,
        now,
        ledger,
        read: ({ ranges }) => ledger.readKnowledge(ranges, { contents: false }),
      },
      scopeOf(byName, request, now),
    );
    return new Set(plan.instances.map(({ id }) => id));
  } catch (error) {
    if (error instanceof ProblemsError) return undefined;
    throw error;
  }
}

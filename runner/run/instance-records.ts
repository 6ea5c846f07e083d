import type { CauseKind } from '../model/cause.ts';
import type { InstanceId } from '../model/partition.ts';
import type { Pipeline, Task } from '../model/pipeline.ts';
import type { Plan, PlannedInstance } from '../model/plan.ts';
import type { Share } from './progress/gate.ts';
import { own } from '../model/own.ts';

/** All that the loop knows of one instance or hook while it is this run's. */
export interface InstanceRecord {
  /** What it needs reads anew where a placeholder among that is replaced. */
  planned: PlannedInstance;
  readonly pipeline: Pipeline;
  readonly task: Task;
  readonly shares: readonly Share[];
  tries: number;
  /** The causes of the tries before this one. */
  failed: readonly CauseKind[];
  /** Of the try that runs, or rests because another run stands before it. */
  attempt: string | undefined;
  /** While it runs. */
  controller: AbortController | undefined;
  /** The run or the pool that it waited for last. */
  waitedFor: string | undefined;
}

/** Of all that the progress machine may start. One of no known task is settled there from the start. */
export function recordsOf(
  plan: Plan,
  pipelines: ReadonlyMap<string, Pipeline>,
  nodes: readonly { readonly id: InstanceId; readonly shares: readonly Share[] }[],
): Map<InstanceId, InstanceRecord> {
  const shares = new Map(nodes.map((node) => [node.id, node.shares]));
  const records = new Map<InstanceId, InstanceRecord>();
  for (const planned of plan.instances) {
    const pipeline = pipelines.get(planned.pipeline);
    const task = own(pipeline?.tasks, planned.task);
    const mine = shares.get(planned.id);
    if (pipeline === undefined || task === undefined || mine === undefined) continue;
    records.set(planned.id, {
      planned,
      pipeline,
      task,
      shares: mine,
      tries: 0,
      failed: [],
      attempt: undefined,
      controller: undefined,
      waitedFor: undefined,
    });
  }
  return records;
}

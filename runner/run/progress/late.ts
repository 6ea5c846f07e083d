import { momentMs } from '../../calendar/moment.ts';
import type { Pipeline, Task } from '../../model/pipeline.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import { own } from '../../model/own.ts';
import { timeKeyOf } from '../../plan/scope/time-keys.ts';

/** Whether an instance that is not ready may still come: its `until` or `deadline` lies ahead. */
export function isStillExpected(
  pipeline: Pipeline,
  task: Task,
  planned: PlannedInstance,
  nowMs: number,
): boolean {
  const key = task.timeKey === undefined ? undefined : timeKeyOf(pipeline, task.timeKey);
  const value = key === undefined ? undefined : own(planned.keys, key.name);
  if (key === undefined || value === undefined) return false;
  return [task.until, task.deadline].some(
    (moment) => moment !== undefined && momentMs(moment, key, value) > nowMs,
  );
}

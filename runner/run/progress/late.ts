import { momentMs } from '../../calendar/moment.ts';
import type { Pipeline, Task } from '../../model/pipeline.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import type { TimeKey } from '../../model/time.ts';
import { own } from '../../model/own.ts';

/** Whether an instance that is not ready may still come: its `until` or `deadline` lies ahead. */
export function isStillExpected(
  pipeline: Pipeline,
  task: Task,
  planned: PlannedInstance,
  nowMs: number,
): boolean {
  const key = timeKeyOf(pipeline, task);
  const value = key === undefined ? undefined : own(planned.keys, key.name);
  if (key === undefined || value === undefined) return false;
  return [task.until, task.deadline].some(
    (moment) => moment !== undefined && momentMs(moment, key, value) > nowMs,
  );
}

function timeKeyOf(pipeline: Pipeline, task: Task): TimeKey | undefined {
  const param = task.timeKey === undefined ? undefined : own(pipeline.params, task.timeKey);
  if (param?.kind !== 'time') return undefined;
  return {
    name: param.name,
    type: param.type,
    timezone: pipeline.timezone,
    ...(param.calendar === undefined ? {} : { calendar: param.calendar }),
    ...(param.start === undefined ? {} : { start: param.start }),
  };
}

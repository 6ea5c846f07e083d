import type { Param } from '../../../model/pipeline.ts';
import type { TaskEnd } from '../drafts.ts';
import { own } from '../../../model/own.ts';

export type TimeParam = Extract<Param, { kind: 'time' }>;

/** The param that is a task's time key. */
export function timeOf(end: TaskEnd): TimeParam | undefined {
  const { timeKey } = end.draft.task;
  const param = timeKey === undefined ? undefined : own(end.params, timeKey);
  return param?.kind === 'time' ? param : undefined;
}

/**
 * Finer is smaller. A period between days of the month lies between a day and a month, as a week does: of these two
 * none is the finer.
 */
export function grainOf(param: TimeParam): number {
  switch (param.type) {
    case 'minute':
      return (param.step ?? 60) / 60 - 1;
    case 'hour':
      return 0;
    case 'date':
      return param.calendar?.kind === 'month-days' ? 2 : 1;
    case 'week':
      return 2;
    case 'month':
      return 3;
    case 'quarter':
      return 4;
    case 'year':
      return 5;
  }
}

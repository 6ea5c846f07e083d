import { CalendarError } from '../../calendar/calendar-error.ts';
import { isPosition } from '../../calendar/positions.ts';
import { parseTimeValue } from '../../calendar/value.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import type { TimeKey } from '../../model/time.ts';
import { own } from '../../model/own.ts';

const timeKeys = new WeakMap<Pipeline, Map<string, TimeKey>>();

/** One object a key, so that whatever is remembered of its dates is remembered once. */
export function timeKeyOf(pipeline: Pipeline, name: string): TimeKey | undefined {
  let known = timeKeys.get(pipeline);
  if (known === undefined) {
    known = new Map();
    timeKeys.set(pipeline, known);
  }
  const key = known.get(name);
  if (key !== undefined) return key;
  const param = own(pipeline.params, name);
  if (param?.kind !== 'time') return undefined;
  const built: TimeKey = {
    name,
    type: param.type,
    timezone: pipeline.timezone,
    ...(param.step !== undefined && { step: param.step }),
    ...(param.calendar && { calendar: param.calendar }),
    ...(param.start !== undefined && { start: param.start }),
  };
  known.set(name, built);
  return built;
}

/** Whether there is a partition of that value, as far as its calendar goes: one that ends before says nothing of it. */
export function mayExist(key: TimeKey, value: string): boolean {
  if (!parseTimeValue(key, value).ok) return false;
  try {
    return isPosition(key, value);
  } catch (error) {
    if (error instanceof CalendarError) return true;
    throw error;
  }
}

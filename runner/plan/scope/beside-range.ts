import { CalendarError } from '../../calendar/calendar-error.ts';
import { textOfDay } from '../../calendar/days.ts';
import { positionAtOrAfter, positionAtOrBefore } from '../../calendar/positions.ts';
import { parseTimeValue } from '../../calendar/value.ts';
import { dayAt } from '../../calendar/zone.ts';
import { paramFlag } from '../../model/flags.ts';
import type { DateRange } from '../../model/plan.ts';
import type { TimeKey } from '../../model/time.ts';

/**
 * Of dates that hold no partition the one before and the one after, as they are asked for. Nothing where the dates are
 * of another grain, or beyond what the calendar knows.
 */
export function besideRange(key: TimeKey, range: DateRange, nowMs: number): string {
  const { from, to } = endsOf(range, textOfDay(dayAt(key.timezone, nowMs)));
  if (!parseTimeValue(key, from).ok || !parseTimeValue(key, to).ok) return '';
  const beside = [known(() => positionAtOrBefore(key, from)), known(() => positionAtOrAfter(key, to))];
  const flags = beside.flatMap((value) => (value === undefined ? [] : [paramFlag(key.name, value)]));
  return flags.length === 0
    ? ''
    : `; beside it there ${flags.length === 1 ? 'is' : 'are'} ${flags.join(' and ')}`;
}

function endsOf(range: DateRange, today: string): { readonly from: string; readonly to: string } {
  switch (range.kind) {
    case 'range':
      return range;
    case 'single':
      return { from: range.value, to: range.value };
    case 'today':
    case 'latest':
      return { from: today, to: today };
  }
}

function known(position: () => string | undefined): string | undefined {
  try {
    return position();
  } catch (error) {
    if (error instanceof CalendarError) return undefined;
    throw error;
  }
}

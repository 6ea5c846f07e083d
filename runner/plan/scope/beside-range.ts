import { CalendarError } from '../../calendar/calendar-error.ts';
import { dayOfText, textOfDay } from '../../calendar/days.ts';
import { positionAtOrAfter, positionAtOrBefore } from '../../calendar/positions.ts';
import { parseTimeValue } from '../../calendar/value.ts';
import { dayAt } from '../../calendar/zone.ts';
import { paramFlag } from '../../model/flags.ts';
import { readEnd } from '../request/range-end.ts';
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
      return { from: endAt(range.from, today), to: endAt(range.to, today) };
    case 'single': {
      const end = endAt(range.value, today);
      return { from: end, to: end };
    }
    case 'today':
    case 'latest':
      return { from: today, to: today };
  }
}

/** The newest that is due is none here, so that only today is known of it. */
function endAt(text: string, today: string): string {
  const end = readEnd(text);
  switch (end.kind) {
    case 'value':
      return end.value;
    case 'day':
      return textOfDay(dayOfText(today) - end.ago);
    case 'latest':
      return today;
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

import { dayOfText, textOfDay } from '../../calendar/days.ts';
import { firstDayOf, lastDayOf } from '../../calendar/period.ts';
import { parseTimeValue } from '../../calendar/value.ts';
import { paramFlag } from '../../model/flags.ts';
import type { DateRange } from '../../model/plan.ts';
import type { Problem } from '../../model/problem.ts';
import type { Grain, TimeType } from '../../model/time.ts';
import { addOnce, problem } from './request-problem.ts';

/** What stands at an end of a range, or alone: a value, a day as of now, or so many before a task's newest. */
export type RangeEnd =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'day'; readonly ago: number }
  | { readonly kind: 'latest'; readonly back: number };

/** Enough for eleven years of hours; each is a step. */
export const MOST_BACK = 100_000;

/** `today`, `yesterday`, `latest`, `latest-3`; anything else is meant for a value. */
export function readEnd(text: string): RangeEnd {
  if (text === 'today') return { kind: 'day', ago: 0 };
  if (text === 'yesterday') return { kind: 'day', ago: 1 };
  const [, back] = /^latest(?:-(\d+))?$/.exec(text) ?? [];
  if (text === 'latest' || back !== undefined) return { kind: 'latest', back: Number(back ?? 0) };
  return { kind: 'value', value: text };
}

/** Each end must be a word or a value of the grain, and none before the other as far as that shows without a store. */
export function checkEnds(
  range: DateRange,
  { grain, flag, today }: { readonly grain: Grain; readonly flag: string; readonly today: string },
  problems: Problem[],
): void {
  const ends = endsOf(range);
  const before = problems.length;
  for (const [index, text] of ends.entries()) {
    const wrong = wrongEnd(text, grain);
    if (wrong === undefined) continue;
    const fix = fixOf(range, ends, index, { grain, flag, suggestion: wrong.suggestion });
    addOnce(problems, problem('invalid-param', `${paramFlag(flag, text)}: ${wrong.reason}`, fix));
  }
  const [from, to] = ends;
  if (problems.length > before || from === undefined || to === undefined) return;
  if (!isBackwards(readEnd(from), readEnd(to), grain, today)) return;
  const asOf = [from, to].some((text) => readEnd(text).kind === 'day') ? `: today is ${today}` : '';
  const message = `the range ${from}..${to} ends before it begins${asOf}`;
  problems.push(problem('invalid-param', message, `Did you mean ${to}..${from}?`));
}

function endsOf(range: DateRange): readonly string[] {
  switch (range.kind) {
    case 'latest':
    case 'today':
      return [];
    case 'single':
      return [range.value];
    case 'range':
      return [range.from, range.to];
  }
}

interface Wrong {
  readonly reason: string;
  readonly suggestion?: string;
}

function wrongEnd(text: string, grain: Grain): Wrong | undefined {
  const end = readEnd(text);
  if (end.kind === 'day') return undefined;
  if (end.kind === 'latest') {
    return end.back <= MOST_BACK
      ? undefined
      : {
          reason: `expected at most ${MOST_BACK.toLocaleString('en-US')} before the newest`,
          suggestion: `latest-${MOST_BACK}`,
        };
  }
  const parsed = parseTimeValue(grain, text);
  if (parsed.ok) return undefined;
  return {
    reason: `${parsed.reason}; words are latest, latest-3, today, yesterday`,
    ...(parsed.suggestion !== undefined && { suggestion: parsed.suggestion }),
  };
}

/** In days, a month is a range: `2021-01` is 2021-01-01..2021-01-31. */
function fixOf(
  range: DateRange,
  ends: readonly string[],
  index: number,
  { grain, flag, suggestion }: { grain: Grain; flag: string; suggestion: string | undefined },
): string | undefined {
  const days = grain.type === 'date' ? ends.map(daysIn) : [];
  if (days[index] !== undefined) {
    const first = days[0]?.first ?? ends[0] ?? '';
    const last = range.kind === 'single' ? days[0]?.last : (days[1]?.last ?? ends[1]);
    return `Did you mean ${paramFlag(flag, `${first}..${last ?? ''}`)}?`;
  }
  return suggestion === undefined ? undefined : `Did you mean ${suggestion}?`;
}

const LONGER: readonly TimeType[] = ['week', 'month', 'quarter', 'year'];

function daysIn(text: string): { readonly first: string; readonly last: string } | undefined {
  const type = LONGER.find((one) => parseTimeValue({ type: one }, text).ok);
  if (type === undefined) return undefined;
  const key = { name: type, type, timezone: 'UTC' };
  return { first: firstDayOf(key, text), last: lastDayOf(key, text) };
}

function isBackwards(from: RangeEnd, to: RangeEnd, grain: Grain, today: string): boolean {
  if (from.kind === 'latest' || to.kind === 'latest') {
    return from.kind === 'latest' && to.kind === 'latest' && from.back < to.back;
  }
  if (from.kind === 'value' && to.kind === 'value') return from.value > to.value;
  const key = { name: '', timezone: 'UTC', ...grain };
  const first = from.kind === 'day' ? dayBefore(today, from.ago) : firstDayOf(key, from.value);
  const last = to.kind === 'day' ? dayBefore(today, to.ago) : lastDayOf(key, to.value);
  return first > last;
}

function dayBefore(day: string, count: number): string {
  return textOfDay(dayOfText(day) - count);
}

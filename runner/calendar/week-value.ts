import { looseCivil, wrongPart } from './civil-value.ts';
import { dayNumber, pad } from './days.ts';
import type { TimeValue } from './time-value.ts';
import { isoWeek, weekOfDay, weeksInYear } from './weeks.ts';

/** `2021-W04`; of a date it suggests the week that holds it. */
export function parseWeek(text: string): TimeValue {
  const match = /^(\d{4})-W(\d\d)$/.exec(text);
  if (match === null)
    return refuse(`expected an ISO week as YYYY-Www, such as 2021-W04, found "${text}"`, respelled(text));
  const [year, week] = [Number(match[1]), Number(match[2])];
  if (year < 1) return refuse('expected a year from 0001 to 9999, found 0000');
  const weeks = weeksIn(year);
  if (week >= 1 && week <= weeks) return { ok: true, value: text };
  return refuse(
    `${pad(year, 4)} has ${weeks} weeks, found week ${pad(week, 2)}`,
    weekText(year, Math.min(Math.max(week, 1), weeks)),
  );
}

/** The last of all would end in the year 10000. */
function weeksIn(year: number): number {
  return year === 9999 ? 51 : weeksInYear(year);
}

function respelled(text: string): string | undefined {
  const [, year = '', week = ''] = /^(\d{4})[-/. ]?[Ww](\d{1,2})(?:-[1-7])?$/.exec(text.trim()) ?? [];
  if (Number(week) >= 1 && Number(week) <= weeksIn(Number(year))) return weekText(Number(year), Number(week));
  const civil = looseCivil(text);
  if (civil === undefined || wrongPart('date', civil) !== undefined) return undefined;
  // These have more than one.
  if (civil.grain === 'month' || civil.grain === 'year') return undefined;
  const iso = isoWeek(weekOfDay(dayNumber(civil.year, civil.month, civil.day)));
  return weekText(iso.year, iso.week);
}

function weekText(year: number, week: number): string {
  return `${pad(year, 4)}-W${pad(week, 2)}`;
}

function refuse(reason: string, suggestion?: string): TimeValue {
  return { ok: false, reason, ...(suggestion !== undefined && { suggestion }) };
}

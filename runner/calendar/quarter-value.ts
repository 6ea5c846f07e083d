import { looseCivil, wrongPart } from './civil-value.ts';
import { pad } from './days.ts';
import type { TimeValue } from './time-value.ts';

/** `2021-Q1`; of a month or a date it suggests the quarter that holds it. */
export function parseQuarter(text: string): TimeValue {
  const match = /^(\d{4})-Q(\d)$/.exec(text);
  if (match === null)
    return refuse(`expected a quarter as YYYY-Qn, such as 2021-Q1, found "${text}"`, respelled(text));
  const [year, quarter] = [Number(match[1]), Number(match[2])];
  if (year < 1) return refuse('expected a year from 0001 to 9999, found 0000');
  if (quarter >= 1 && quarter <= 4) return { ok: true, value: text };
  return refuse(`expected a quarter from 1 to 4, found ${quarter}`, quarterText(year, quarter < 1 ? 1 : 4));
}

function respelled(text: string): string | undefined {
  const [, year = '', quarter = ''] = /^(\d{4})[-/. ]?[Qq]0?([1-4])$/.exec(text.trim()) ?? [];
  if (quarter !== '') return quarterText(Number(year), Number(quarter));
  const civil = looseCivil(text);
  if (civil === undefined || wrongPart('date', civil) !== undefined) return undefined;
  // It has more than one.
  if (civil.grain === 'year') return undefined;
  return quarterText(civil.year, Math.ceil(civil.month / 3));
}

function quarterText(year: number, quarter: number): string {
  return `${pad(year, 4)}-Q${quarter}`;
}

function refuse(reason: string, suggestion?: string): TimeValue {
  return { ok: false, reason, ...(suggestion !== undefined && { suggestion }) };
}

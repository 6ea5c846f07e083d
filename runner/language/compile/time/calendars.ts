import type { Calendar } from '../../../model/time.ts';
import { parseDate } from './date.ts';
import { readHolidayFile, reportLateHoliday } from './holidays.ts';
import { child, items, members, number, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import type { Tree } from '../source/tree.ts';
import { parseWeekdays } from './weekdays.ts';
import { setOwn } from '../../../model/own.ts';

/** `calendars:` of a pipeline. */
export async function compileCalendars(
  section: Node | undefined,
  tree: Tree,
  report: ProblemReport,
): Promise<Readonly<Record<string, Calendar>>> {
  const calendars: Record<string, Calendar> = {};
  for (const [name, node] of members(section)) {
    const calendar =
      child(node, 'month-days') === undefined
        ? await compileWeekdays(name, node, tree, report)
        : compileMonthDays(name, node, report);
    if (calendar !== undefined) setOwn(calendars, name, calendar);
  }
  return calendars;
}

async function compileWeekdays(
  name: string,
  node: Node,
  tree: Tree,
  report: ProblemReport,
): Promise<Calendar | undefined> {
  const written = child(node, 'weekdays');
  const weekdays =
    written === undefined
      ? [1, 2, 3, 4, 5, 6, 7]
      : parseWeekdays(items(written).flatMap((item) => text(item) ?? []));
  const { dates, through } = await compileHolidays(node, tree, report);
  return {
    kind: 'weekdays',
    name,
    weekdays,
    holidays: dates,
    ...(through === undefined ? {} : { through }),
  };
}

async function compileHolidays(
  node: Node,
  tree: Tree,
  report: ProblemReport,
): Promise<{ dates: readonly string[]; through?: string | undefined }> {
  const holidays = child(node, 'holidays');
  const beside = child(node, 'through');
  const through = beside === undefined ? undefined : parseDate(beside, text(beside), report);
  if (typeof holidays?.value === 'string') {
    const file = await readHolidayFile(holidays, holidays.value, tree, report);
    return { dates: file.dates, through: through ?? file.through };
  }
  const dates = items(holidays).flatMap((item) => {
    const date = parseDate(item, text(item), report);
    if (date !== undefined && through !== undefined && date > through) {
      reportLateHoliday(item, date, through, report);
    }
    return date === undefined ? [] : [date];
  });
  return { dates: [...new Set(dates)].sort(), through };
}

function compileMonthDays(name: string, node: Node, report: ProblemReport): Calendar | undefined {
  for (const key of ['weekdays', 'holidays', 'through']) {
    const extra = child(node, key);
    if (extra !== undefined) {
      report.error(extra, 'calendar-invalid', `a calendar has month-days or ${key}, not both`, {
        fix: `Remove ${key}, or make two calendars.`,
        at: 'key',
      });
    }
  }
  const days = items(child(node, 'month-days')).flatMap((item) => {
    const day = number(item);
    return day === undefined ? [] : [day];
  });
  return days.length === 0
    ? undefined
    : { kind: 'month-days', name, days: [...new Set(days)].sort((a, b) => a - b) };
}

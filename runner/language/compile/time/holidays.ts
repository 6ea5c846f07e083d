import { parseDate } from './date.ts';
import type { Node, Place } from '../source/node.ts';
import { projectPath } from '../source/path.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import type { Tree } from '../source/tree.ts';
import { reportNoFile } from '../source/no-file.ts';

/**
 * A file with a date a line, `#` comments, and at most one line `through: 2030-12-31`. Mistakes in it are told
 * where they stand in that file.
 */
export async function readHolidayFile(
  node: Node,
  written: string,
  tree: Tree,
  report: ProblemReport,
): Promise<{ dates: readonly string[]; through?: string | undefined }> {
  const file = projectPath(node, written, report);
  if (file === undefined) return { dates: [] };
  const bytes = await tree.read(file);
  if (bytes === undefined) {
    const fix =
      'Create it with a date a line, or write the holidays as a list. Paths are relative to the project root.';
    await reportNoFile(node, { path: file, noun: 'file', fix }, tree, report);
    return { dates: [] };
  }
  return parseHolidays(new TextDecoder().decode(bytes), file, report);
}

function parseHolidays(
  content: string,
  file: string,
  report: ProblemReport,
): { dates: readonly string[]; through?: string | undefined } {
  const dates = new Map<string, Place>();
  let through: string | undefined;
  for (const [index, source] of content.split(/\r?\n/).entries()) {
    const written = source
      .replace(/#.*/, '')
      .replace(/^\uFEFF/, '')
      .trim();
    if (written === '') continue;
    const label = /^through:\s*/.exec(written)?.[0] ?? '';
    const value = written.slice(label.length);
    const column = source.indexOf(written) + label.length + 1;
    const place: Place = { file, line: index + 1, column, length: Math.max(1, value.length), source };
    const date = parseDate(place, value, report);
    if (date === undefined) continue;
    if (label === '') dates.set(date, place);
    else if (through === undefined) through = date;
    else {
      report.error(place, 'calendar-invalid', `through: is written twice, first as ${through}`, {
        fix: 'Keep the later of the two.',
      });
    }
  }
  for (const [date, place] of dates) {
    if (through !== undefined && date > through) reportLateHoliday(place, date, through, report);
  }
  return { dates: [...dates.keys()].sort(), through };
}

export function reportLateHoliday(
  at: Node | Place,
  date: string,
  through: string,
  report: ProblemReport,
): void {
  report.error(at, 'calendar-invalid', `the holiday ${date} is after through: ${through}`, {
    fix: '`through` is the last date for which the holidays are known: move it, or drop the holiday.',
  });
}

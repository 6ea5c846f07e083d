import { parseTimeValue } from '../../../calendar/value.ts';
import type { Grain } from '../../../model/time.ts';
import type { Node, Place } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';

export function parseDate(
  at: Node | Place,
  written: string | undefined,
  report: ProblemReport,
): string | undefined {
  return written === undefined ? undefined : parseTime(at, { type: 'date' }, written, report);
}

/** A canonical value of a time type, or undefined when it was reported. */
export function parseTime(
  at: Node | Place,
  grain: Grain,
  written: string,
  report: ProblemReport,
): string | undefined {
  const parsed = parseTimeValue(grain, written);
  if (parsed.ok) return parsed.value;
  const fix = parsed.suggestion === undefined ? undefined : `Did you mean ${parsed.suggestion}?`;
  report.error(at, 'date-invalid', parsed.reason, fix === undefined ? {} : { fix });
  return undefined;
}

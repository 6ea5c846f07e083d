import type { Param } from '../../../model/pipeline.ts';
import type { Calendar, Moment } from '../../../model/time.ts';
import { child, number, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import { calendarNamed } from '../params.ts';
import type { ProblemReport } from '../source/problem-report.ts';

export interface Moments {
  readonly due?: Moment;
  readonly deadline?: Moment;
  readonly until?: Moment;
}

/** `due`, `deadline` and `until` of a task; they count from its partition's time, so it must have one. */
export function compileMoments(
  keys: ReadonlyMap<string, Node>,
  timeKey: Param | undefined,
  calendars: Readonly<Record<string, Calendar>>,
  report: ProblemReport,
): Moments {
  const compile = (key: string): Moment | undefined => {
    const node = keys.get(key);
    return node === undefined ? undefined : compileMoment(node, calendars, report);
  };
  const due = compile('due');
  const deadline = compile('deadline');
  const until = compile('until');
  if (timeKey === undefined) {
    for (const key of ['due', 'deadline', 'until']) {
      const node = keys.get(key);
      if (node === undefined) continue;
      report.error(
        node,
        'moment-without-time',
        `\`${key}\` counts from a task's time, and this task has no time key`,
        {
          fix: `Give it a param of a time type, such as date, or remove \`${key}\`.`,
          at: 'key',
        },
      );
    }
    return {};
  }
  const untilNode = keys.get('until');
  const deadlineNode = keys.get('deadline');
  if (until !== undefined && untilNode !== undefined && due !== undefined && isNotAfter(until, due)) {
    report.error(
      untilNode,
      'moment-order',
      '`until` is not after `due`: the task would be lost before it may run',
      {
        fix: 'Move `until` later, or `due` earlier. Without `due`, a task with `until` is due when its period begins.',
      },
    );
  }
  if (
    deadline !== undefined &&
    deadlineNode !== undefined &&
    due !== undefined &&
    isNotAfter(deadline, due)
  ) {
    report.error(deadlineNode, 'moment-order', '`deadline` is not after `due`: every run would be late', {
      fix: 'Move `deadline` later.',
    });
  }
  if (
    deadline !== undefined &&
    deadlineNode !== undefined &&
    until !== undefined &&
    isNotAfter(until, deadline) &&
    !isNotAfter(deadline, until) &&
    // Told already.
    (due === undefined || !isNotAfter(until, due))
  ) {
    report.error(
      deadlineNode,
      'moment-order',
      '`deadline` is after `until`: the task is lost before anybody is told',
      {
        fix: 'Move `deadline` earlier, or `until` later.',
      },
    );
  }
  return {
    ...(due === undefined ? {} : { due }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(until === undefined ? {} : { until }),
  };
}

function compileMoment(
  node: Node,
  calendars: Readonly<Record<string, Calendar>>,
  report: ProblemReport,
): Moment | undefined {
  const alone = text(node);
  if (alone !== undefined) return { at: alone };
  const days = number(child(node, 'days'));
  const hours = number(child(node, 'hours'));
  const at = text(child(node, 'at'));
  const timezone = text(child(node, 'timezone'));
  if (days === undefined && hours === undefined && at === undefined) return undefined;
  if (hours !== undefined && (days !== undefined || at !== undefined)) {
    report.error(
      node,
      'moment-invalid',
      '`hours` counts from the end of the period, `days` and `at` from its last day: expected one way',
      {
        fix: "Write either { hours: 6 } or { days: 1, at: '06:00' }.",
      },
    );
  }
  const calendar = calendarNamed(child(node, 'calendar'), calendars, report);
  return {
    ...(days === undefined ? {} : { days }),
    ...(hours === undefined ? {} : { hours }),
    ...(at === undefined ? {} : { at }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(calendar === undefined ? {} : { calendar }),
  };
}

/** Only what can be known without a date: two moments counted in the same way. */
function isNotAfter(late: Moment, early: Moment): boolean {
  if (late.hours !== undefined && early.hours !== undefined) return late.hours <= early.hours;
  if (late.hours !== undefined || early.hours !== undefined) return false;
  if (late.timezone !== early.timezone || late.calendar?.name !== early.calendar?.name) return false;
  return minutesOf(late) <= minutesOf(early);
}

function minutesOf({ days = 0, at }: Moment): number {
  if (at === undefined) return (days + 1) * 1440;
  return days * 1440 + Number(at.slice(0, 2)) * 60 + Number(at.slice(3, 5));
}

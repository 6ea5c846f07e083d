import { FLAGS } from '../../model/flags.ts';
import type { Param, Scalar } from '../../model/pipeline.ts';
import type { Calendar, TimeType } from '../../model/time.ts';
import { parseTime } from './time/date.ts';
import { boolean, child, items, members, number, scalar, scalarText, text } from './source/node.ts';
import type { Node } from './source/node.ts';
import type { ProblemReport } from './source/problem-report.ts';
import { suggest } from './source/words.ts';
import { own, setOwn } from '../../model/own.ts';

const TIME_TYPES: readonly TimeType[] = ['minute', 'hour', 'date', 'week', 'month', 'quarter', 'year'];
const PLAIN_TYPES = ['string', 'number', 'boolean', 'choice'] as const;
type PlainType = (typeof PLAIN_TYPES)[number];

/** `params:` of a pipeline: keys of a time type, other keys, settings. */
export function compileParams(
  section: Node | undefined,
  calendars: Readonly<Record<string, Calendar>>,
  report: ProblemReport,
): Readonly<Record<string, Param>> {
  const params: Record<string, Param> = {};
  const variables = new Map<string, string>();
  for (const [name, node] of members(section)) {
    checkName(name, node, variables, report);
    const type = text(child(node, 'type'));
    const timeType = TIME_TYPES.find((each) => each === type);
    const plainType = PLAIN_TYPES.find((each) => each === type);
    if (timeType !== undefined) setOwn(params, name, compileTime(name, timeType, node, calendars, report));
    else if (plainType !== undefined) setOwn(params, name, compilePlain(name, plainType, node, report));
  }
  return params;
}

function checkName(name: string, node: Node, variables: Map<string, string>, report: ProblemReport): void {
  if (FLAGS.includes(name)) {
    report.warning(node, 'param-reserved', `--${name} is a flag of sluice, and does not give this param`, {
      fix: `Give it as -p ${name}=<value>, or rename it, for example \`${name}-value\`.`,
      at: 'key',
    });
  }
  const variable = variableName('SLUICE_PARAM_', name);
  const other = variables.get(variable);
  if (other === undefined) variables.set(variable, name);
  else {
    report.error(node, 'name-collision', `params \`${other}\` and \`${name}\` would both be $${variable}`, {
      fix: 'Rename one of them.',
      at: 'key',
    });
  }
}

/** The environment variable in which a script sees a value. */
export function variableName(prefix: string, name: string): string {
  return prefix + name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

function compileTime(
  name: string,
  type: TimeType,
  node: Node,
  calendars: Readonly<Record<string, Calendar>>,
  report: ProblemReport,
): Param {
  const calendar = calendarNamed(child(node, 'calendar'), calendars, report);
  const step = number(child(node, 'step'));
  const grain = { type, ...(step === undefined ? {} : { step }) };
  const written = child(node, 'start');
  const start =
    written === undefined ? undefined : parseTime(written, grain, scalarText(written) ?? '', report);
  if (written !== undefined && start !== undefined && calendar !== undefined) {
    checkKnown(written, start, calendar, report);
  }
  return {
    kind: 'time',
    name,
    ...grain,
    ...(calendar === undefined ? {} : { calendar }),
    ...(start === undefined ? {} : { start }),
    ...describe(node),
  };
}

function checkKnown(node: Node, start: string, calendar: Calendar, report: ProblemReport): void {
  if (calendar.kind !== 'weekdays' || calendar.through === undefined || start <= calendar.through) return;
  report.error(
    node,
    'calendar-invalid',
    `${start} is after ${calendar.through}, through which calendar \`${calendar.name}\` is known`,
    {
      fix: 'Add the later holidays and move `through`.',
    },
  );
}

function compilePlain(name: string, type: PlainType, node: Node, report: ProblemReport): Param {
  const options = type === 'choice' ? compileOptions(node, report) : undefined;
  const written = child(node, 'default');
  const value = written === undefined ? undefined : compileDefault(written, options, report);
  const key = boolean(child(node, 'key')) ?? false;
  if (key)
    checkNotEmpty([...(written === undefined ? [] : [written]), ...items(child(node, 'options'))], report);
  return {
    kind: 'plain',
    name,
    type,
    key,
    ...(value === undefined ? {} : { default: value }),
    ...(options === undefined ? {} : { options }),
    ...describe(node),
  };
}

function checkNotEmpty(values: readonly Node[], report: ProblemReport): void {
  for (const node of values.filter((value) => scalarText(value) === '')) {
    report.error(node, 'param-invalid', "an empty value can't name a partition", {
      fix: 'Write a word for it, such as none.',
    });
  }
}

function compileOptions(node: Node, report: ProblemReport): readonly string[] {
  const options = new Set<string>();
  for (const item of items(child(node, 'options'))) {
    const option = scalarText(item);
    if (option === undefined) continue;
    if (options.has(option)) {
      report.error(item, 'param-invalid', `the option ${option} is listed twice`, { fix: 'Remove one.' });
    }
    options.add(option);
  }
  return [...options];
}

function compileDefault(
  node: Node,
  options: readonly string[] | undefined,
  report: ProblemReport,
): Scalar | undefined {
  const value = scalar(node);
  if (value === undefined || options === undefined || options.length === 0) return value;
  const option = String(value);
  if (!options.includes(option)) {
    report.error(node, 'param-invalid', `the default ${option} is none of the options`, {
      fix: suggest(option, options, ''),
    });
  }
  return option;
}

/** The calendar that a `calendar:` names. */
export function calendarNamed(
  written: Node | undefined,
  calendars: Readonly<Record<string, Calendar>>,
  report: ProblemReport,
): Calendar | undefined {
  const name = text(written);
  if (written === undefined || name === undefined) return undefined;
  const calendar = own(calendars, name);
  if (calendar === undefined) {
    report.error(written, 'calendar-unknown', `there is no calendar \`${name}\``, {
      fix: suggest(name, Object.keys(calendars), 'Define it under `calendars:`.'),
    });
  }
  return calendar;
}

function describe(node: Node): { description?: string } {
  const description = text(child(node, 'description'));
  return description === undefined ? {} : { description };
}

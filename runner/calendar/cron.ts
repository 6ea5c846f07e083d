import { Cron, CronPattern } from 'croner';

/** When a schedule wakes; instants in milliseconds since the epoch. */
export interface Wakes {
  /** The first after an instant; undefined: never again. */
  readonly next: (afterMs: number) => number | undefined;
  /** The last before or at an instant; undefined: there was none. */
  readonly newest: (byMs: number) => number | undefined;
}

const known = new Map<string, Wakes>();

/**
 * A cron's wakes by the clock on the wall of a zone. Where the hour is written, a time that a change of the clock
 * skips is the first instant after, and of a time that comes twice it is the first: once a day is once on every day.
 * Where the hour is `*`, it goes on as time does.
 *
 * @throws for an expression that `cronMistake` has something to say about.
 */
export function wakesOf(expression: string, timezone: string): Wakes {
  const name = `${timezone} ${expression}`;
  let wakes = known.get(name);
  if (wakes === undefined) {
    const cron = read(expression, timezone);
    wakes = {
      next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime(),
      // Strictly before what it is given, in whole seconds.
      newest: (byMs) => cron.previousRuns(1, new Date(Math.floor(byMs / 1000) * 1000 + 1000))[0]?.getTime(),
    };
    known.set(name, wakes);
  }
  return wakes;
}

/** What is wrong with an expression of five fields, in words; undefined: it can be read. */
export function cronMistake(expression: string): string | undefined {
  if (problemIn(expression) === undefined) return undefined;
  const fields = fieldsOf(expression);
  for (const [index, name] of FIELDS.entries()) {
    // The other fields as any: what is still refused is this one's, and then one part of its list.
    const alone = (part: string): string | undefined =>
      problemIn(FIELDS.map((_, at) => (at === index ? part : '*')).join(' '));
    const field = fields[index] ?? '';
    if (alone(field) === undefined) continue;
    const part = field.split(',').find((one) => alone(one) !== undefined) ?? field;
    return `the ${name} \`${part}\` is not understood: ${alone(part) ?? 'it is no cron'}`;
  }
  return problemIn(expression);
}

/** Whether a sound expression wakes at all: `0 7 31 feb *` does not. No zone has a day that others lack for ever. */
export function everWakes(expression: string): boolean {
  return read(expression, 'UTC').nextRun(new Date(FROM_MS)) !== null;
}

const FROM_MS = Date.UTC(2001, 0, 1);

const FIELDS = ['minute', 'hour', 'day of the month', 'month', 'day of the week'] as const;

function fieldsOf(expression: string): readonly string[] {
  return expression.trim().split(/\s+/);
}

const GRAMMAR = {
  mode: '5-part',
  // `5/15`, as GitHub's own documents write it.
  sloppyRanges: true,
  fixedTimeRule: 'no-wildcard',
} as const;

function read(expression: string, timezone: string): Cron {
  return new Cron(byTheWall(expression), { ...GRAMMAR, timezone });
}

/**
 * The library takes any `*` or step in minute or hour for "as time goes on": on the day without a two o'clock it would
 * leave out a cron of every twentieth minute from two to three. Where the hours are written, all are told one by one.
 */
function byTheWall(expression: string): string {
  const pattern = new CronPattern(expression, undefined, GRAMMAR);
  const [, hour = '*', ...days] = fieldsOf(expression);
  return hour.includes('*') ? expression : [...[pattern.minute, pattern.hour].map(listOf), ...days].join(' ');
}

function listOf(marks: readonly number[]): string {
  return marks.flatMap((mark, value) => (mark === 1 ? [value] : [])).join(',');
}

function problemIn(expression: string): string | undefined {
  try {
    read(expression, 'UTC');
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message.replace(/^CronPattern: (Syntax error, )?/, '').replace(/\.$/, '');
  }
}
